import { log } from '../observe/deliver.js';
import { checkAlive, checkOwner } from '../ownership/table/run-guards.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { sectionOf } from '../ownership/file/section.js';
import { SectionTranscript } from './guest-transcript.js';
import type { Pen } from './pen.js';
import { perform } from './perform.js';
import type { Steps } from './steps.js';
import type { GuestTranscript } from './transcript.js';
import type { Use } from './use.js';

export type QueuedWrite = (transcript: GuestTranscript) => void | Promise<void>;

const ACTION = 'write from the queue';

/**
 * Takes a write in. It begins at once where none is before it, else after the last one; inside a
 * section of this gate it runs directly.
 */
export function enqueue(pen: Pen, write: QueuedWrite): Promise<void> {
  const scope = pen.table.state.ambient.getStore() ?? NOWHERE;
  if (sectionOf(scope, pen.gate)) return settled(pen, performQueued(pen, write));
  checkOwner(pen.record, ACTION);
  pen.queued += 1;
  const before = pen.queue;
  const outcome =
    before === undefined ? performQueued(pen, write) : before.then(() => performQueued(pen, write));
  const end = outcome.then(NOTHING, NOTHING).then(() => {
    pen.queued -= 1;
    if (pen.queue === end) pen.queue = undefined;
    pen.table.turns.goOnEnding(pen.record);
    pen.table.state.outbox.flush();
  });
  pen.queue = end;
  return settled(pen, outcome);
}

/** Resolves once nothing is queued, also of what is queued meanwhile. */
export async function drain(pen: Pen): Promise<void> {
  while (pen.queue !== undefined) await pen.queue;
}

function performQueued(pen: Pen, write: QueuedWrite): Promise<void> {
  try {
    checkAlive(pen.record, ACTION);
  } catch (error) {
    return Promise.reject(error);
  }
  function* work(section: Use['section']): Steps<void> {
    const transcript = new SectionTranscript(() => ({ pen, section, isGuest: false }));
    try {
      yield pen.inside(section, async () => {
        await write(transcript);
      });
    } finally {
      transcript.end();
    }
  }
  return perform(pen, ACTION, work, { isQueued: true });
}

/** Whoever queued it is told; whoever did not listen finds it in the log, not as a crash. */
function settled(pen: Pen, outcome: Promise<void>): Promise<void> {
  outcome.catch((error: unknown) => {
    const { origin, runId, path: sessionFile } = pen.record;
    log(origin.logger, 'error', { runId, sessionFile, err: error }, 'a queued write failed');
  });
  return outcome;
}

function NOTHING(): void {
  // Told to whoever queued it.
}
