import { type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { startChild } from '../../../support/child.js';
import { createGate } from '../../../support/gate.js';

const FIXTURE = new URL('../fixtures/contender.ts', import.meta.url);
const PREPARE_NS = 100_000_000n;

/** What a contender counted, at its end. */
export interface Count {
  readonly lostCount: number;
  readonly diskCalls: number;
}

export interface Contender {
  readonly process: ChildProcess;
  readonly finished: ReturnType<typeof startChild>['finished'];
  readonly count: Promise<Count>;
}

/** Ready, and waiting for the start. */
export async function startContender(...args: readonly string[]): Promise<Contender> {
  const { process: child, finished } = startChild(FIXTURE, { args, timeoutMs: 60_000 });
  const count = createGate<Count>();
  child.on('message', (message) => {
    if (message !== 'ready') count.open(message as Count);
  });
  await once(child, 'message');
  return { process: child, finished, count: count.opened };
}

/** All begin at the same moment, as far as there are processors. */
export function startTogether(contenders: readonly Contender[]): void {
  const startNs = String(process.hrtime.bigint() + PREPARE_NS);
  for (const { process: child } of contenders) child.send({ startNs });
}

/** Kills them at random points of what they do, with pauses in between; when each was killed. */
export async function killAtRandom(
  contenders: readonly Contender[],
): Promise<ReadonlyMap<number, bigint>> {
  const killed = new Map<number, bigint>();
  for (const { process: child, finished } of contenders) {
    await setTimeout(randomInt(50, 350));
    killed.set(child.pid ?? 0, process.hrtime.bigint());
    child.kill('SIGKILL');
    await finished;
  }
  return killed;
}

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
