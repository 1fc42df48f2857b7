import type { Line } from '../journal.js';
import { tokenOf } from './grants.js';
import { type Interruptions, threadOf } from './interruptions.js';

export interface Times {
  /** From the kill of a holder to the next grant, where somebody waited who could run. In ms. */
  readonly recoveryMs: readonly number[];
  /** The same for a worker thread that was ended. */
  readonly workerRecoveryMs: readonly number[];
  /** From the beginning of a release to the grant of another thread that waited and could run. */
  readonly handOverMs: readonly number[];
  /** From the request of a lease to its grant. */
  readonly waitMs: readonly number[];
}

/** @param storm what was done to processes */
export function timesOf(
  lines: readonly Line[],
  storm: readonly Line[],
  interruptions: Interruptions,
): Times {
  const times = { recoveryMs: [], workerRecoveryMs: [], handOverMs: [], waitMs: [] } as {
    [name in keyof Times]: number[];
  };
  const waiting = new Map<string, Line>();
  let holder: Line | undefined;
  let since: Ending | undefined;
  const deaths = storm.filter(({ deed }) => deed === 'kill' || deed === 'terminate').map(begun);
  for (const line of [...lines, ...deaths].sort((one, other) => one.at - other.at)) {
    const key = `${threadOf(line)} ${line.id}`;
    if (line.deed === 'want') waiting.set(key, line);
    if (line.deed === 'gave-up') waiting.delete(key);
    if (line.deed === 'terminate') forget(waiting, line);
    const end = holder === undefined ? undefined : whatEnds(line, holder);
    if (holder !== undefined && end !== undefined) {
      since = { at: line.at, by: holder, into: end };
      holder = undefined;
    }
    if (line.deed !== 'grant') continue;
    const asked = waiting.get(key);
    if (asked !== undefined) times.waitMs.push((line.at - asked.at) / 1e6);
    if (since !== undefined && wasUndisturbed(since, line, waiting.values(), interruptions)) {
      times[since.into].push((line.at - since.at) / 1e6);
    }
    waiting.delete(key);
    since = undefined;
    if (holder === undefined || tokenOf(line) > tokenOf(holder)) holder = line;
  }
  return times;
}

interface Ending {
  readonly at: number;
  readonly by: Line;
  readonly into: Exclude<keyof Times, 'waitMs'>;
}

/**
 * Somebody waited who could run all the time, whoever gave the file back could do so, and nobody was
 * between them who took it and was stopped in that moment.
 */
function wasUndisturbed(
  { at, by, into }: Ending,
  grant: Line,
  waiting: Iterable<Line>,
  interruptions: Interruptions,
): boolean {
  if (threadOf(grant) === threadOf(by) || tokenOf(grant) !== tokenOf(by) + 1n) return false;
  // Who has it may have been stopped before it could tell.
  if (!interruptions.ranThrough(grant, at, grant.at)) return false;
  if (into === 'handOverMs' && !interruptions.ranThrough(by, at, grant.at)) return false;
  return [...waiting].some(
    (want) =>
      want.at < at &&
      threadOf(want) !== threadOf(by) &&
      interruptions.ranThrough(want, at, grant.at),
  );
}

/** By what the turn of this holder is over, if by this. */
function whatEnds({ deed, pid, thread, token }: Line, holder: Line): Ending['into'] | undefined {
  if (deed === 'give') return token === holder.token ? 'handOverMs' : undefined;
  if (pid !== holder.pid) return undefined;
  if (deed === 'kill') return 'recoveryMs';
  return deed === 'terminate' && thread === holder.thread ? 'workerRecoveryMs' : undefined;
}

function forget(waiting: Map<string, Line>, gone: Line): void {
  for (const [key, want] of waiting) if (threadOf(want) === threadOf(gone)) waiting.delete(key);
}

/** As of the moment before the signal was sent. */
function begun(line: Line): Line {
  return { ...line, at: line.from ?? line.at };
}
