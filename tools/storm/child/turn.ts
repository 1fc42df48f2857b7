import { threadId } from 'node:worker_threads';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import type { Settings } from '../settings.js';

/** A turn on a session file, as the lane that has it sees it. */
export interface Turn {
  readonly token: string;
  readonly journal: Journal;
  /** Resolves once the record is in the file. @throws where it must not be written */
  write(record: StormRecord): Promise<void>;
}

export interface StormRecord {
  readonly id: string;
  readonly token: string;
  readonly pad: string;
  /** Of `pad`: a record that was cut is known. */
  readonly size: number;
}

/** Of a thread: the next turn that is under way meets it. */
export interface Fate {
  blockMs: number;
  isEnding: boolean;
  /** Asks whoever started this thread to end it, at once. */
  askForEnd(): void;
}

/** A lane, whoever gives it its turns. */
export interface Lane {
  readonly name: string;
  readonly random: Random;
  readonly settings: Settings;
  /** What is to happen in the middle of a turn, to the whole thread. */
  readonly fate: Fate;
}

let count = 0;

/** Some writes with pauses between, some short, some long, some of them of the whole thread. */
export async function spend(turn: Turn, lane: Lane): Promise<void> {
  const { random, name } = lane;
  const { token, journal } = turn;
  journal.write('turn', { token, lane: name });
  try {
    for (let writes = random.between(1, 3); writes > 0; writes -= 1) {
      await pause(turn, lane);
      const id = `${process.pid}.${threadId}.${name}.${(count += 1)}`;
      const size = random.between(0, random.isOneIn(20) ? 9_000 : 200);
      journal.write('enter', { token, id, lane: name });
      try {
        await turn.write({ id, token, pad: 'x'.repeat(size), size });
      } catch (error) {
        const { code = String(error) } = error as NodeJS.ErrnoException;
        journal.write('refused', { token, id, said: code });
        throw error;
      }
      journal.write('leave', { token, id });
    }
  } finally {
    journal.write('turned', { token, lane: name });
  }
}

async function pause(turn: Turn, { random, fate }: Lane): Promise<void> {
  const { blockMs } = fate;
  fate.blockMs = 0;
  if (blockMs > 0) standStill(turn, blockMs);
  if (fate.isEnding) fate.askForEnd();
  if (random.isOneIn(2)) await sleep(random.between(0, 12));
}

/** Nothing else runs in this thread. */
function standStill({ journal, token }: Turn, forMs: number): void {
  journal.write('block', { token, said: `${forMs} ms` });
  // The short ones burn the processor, which others then lack.
  if (forMs < 500) for (const until = Date.now() + forMs; Date.now() < until;);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
  journal.write('unblock', { token });
}

export function sleep(forMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, forMs);
  });
}
