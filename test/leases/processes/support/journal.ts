import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Turn {
  readonly pid: number;
  readonly token: bigint;
  readonly enteredNs: bigint;
}

/** What the journal of the contenders says. */
export interface Story {
  readonly turns: readonly Turn[];
  /** Somebody entered before the one inside had left, or was killed. */
  readonly overlaps: readonly string[];
}

/** @param killed when those who could not leave any more were killed */
export function readJournal(
  journal: string,
  killed: ReadonlyMap<number, bigint> = new Map(),
): Story {
  const lines = existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];
  const turns: Turn[] = [];
  const overlaps: string[] = [];
  let inside: Turn | undefined;
  for (const line of lines) {
    const [what, pid, token = '0', atNs = '0'] = line.split(' ');
    const turn = { pid: Number(pid), token: BigInt(token), enteredNs: BigInt(atNs) };
    if (what === 'leave') {
      if (inside?.pid !== turn.pid || inside.token !== turn.token) overlaps.push(line);
      inside = undefined;
      continue;
    }
    const killedNs = inside && killed.get(inside.pid);
    const isAlone = inside === undefined || (killedNs !== undefined && killedNs < turn.enteredNs);
    if (!isAlone) overlaps.push(`${inside?.pid} is inside: ${line}`);
    turns.push(turn);
    inside = turn;
  }
  return { turns, overlaps };
}

/** Whether each token is higher than the one before. */
export function isGrowing(turns: readonly Turn[]): boolean {
  return turns.every(({ token }, index) => index === 0 || token > (turns[index - 1]?.token ?? 0n));
}

/** How many claims are in the lock that were given back, and what else is there that has no use. */
export function leftBehind(sessionFile: string): { free: number; others: string[] } {
  const names = readdirSync(`${sessionFile}.lock`);
  const others = names.filter((name) => !/^(?:epoch|\d+\.(?:free|died))$/.test(name));
  return { free: names.filter((name) => name.endsWith('.free')).length, others };
}
