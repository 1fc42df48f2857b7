import { openSync, readFileSync, writeSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/** What a process did to one session file, or the storm to a process. */
export type Deed =
  /** It asks for the lease. */
  | 'want'
  /** It has it. */
  | 'grant'
  /** It will not have it: `said` is the reason. */
  | 'gave-up'
  /** It looked whether it still has it: it began at `from`, and `held` is the answer. */
  | 'check'
  /** It gives the lease back. */
  | 'give'
  /** It was told that the lease was taken over. */
  | 'lost'
  /** A turn began, or is over. */
  | 'turn'
  | 'turned'
  /** It is about to write the record `id`; it has written it; it was refused. */
  | 'enter'
  | 'leave'
  | 'refused'
  /** Its event loop stands still, and goes on. */
  | 'block'
  | 'unblock'
  /** A turn, or the wait for one, ended with the error `said`. */
  | 'trouble'
  /** It was started, and can be killed from now on. */
  | 'started'
  /** By the storm. `from` is the moment before the signal was sent. */
  | 'kill'
  | 'stop'
  | 'continue'
  | 'step'
  /** By the main thread of the worker: it ended `thread` in the middle of a turn. */
  | 'terminate';

export interface Line {
  /** CLOCK_MONOTONIC, in nanoseconds: one clock for all processes of the machine. */
  readonly at: number;
  readonly pid: number;
  readonly thread: number;
  readonly deed: Deed;
  readonly token?: string | undefined;
  readonly id?: string | undefined;
  readonly lane?: string | undefined;
  readonly from?: number | undefined;
  readonly held?: boolean | undefined;
  readonly said?: string | undefined;
}

export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** Whatever is written is there, in whole lines, also when the writer dies in the next moment. */
export class Journal {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'a');
  }

  write(deed: Deed, facts: Partial<Line> = {}): void {
    const line: Line = { at: nowNs(), pid: process.pid, thread: threadId, deed, ...facts };
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
  }
}

/** In the order of their times. */
export function readJournal(path: string): readonly Line[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line).sort((one, other) => one.at - other.at);
}
