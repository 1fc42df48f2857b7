import { RunInterruptedError } from '../errors/run-errors.js';
import { InvalidSessionFileError } from '../errors/setup-errors.js';
import type { ParsedInput } from '../identity/parse-input.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { Patience } from '../ownership/limits/patience.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { Section } from '../ownership/file/section.js';
import { monotonicMs } from '../support/clock.js';
import { SectionTranscript } from '../transcript/guest-transcript.js';
import { describeMs } from '../support/wording.js';
import { Pen, penOf } from '../transcript/pen.js';
import { perform } from '../transcript/perform.js';
import type { GuestTranscript } from '../transcript/transcript.js';
import type { RunKind } from '../types.js';
import { runOwned } from './run-task.js';
import type { Run } from './run.js';

/** Who writes, and how long it may wait. */
export interface WriteOptions {
  /** What the owner sees the bytes under, in `takeGuestWrites()`. */
  readonly label?: string | undefined;
  /** Of the short turn that the write is where nobody owns the file. @defaultValue `'command'` */
  readonly kind?: RunKind | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Measured from the call. @defaultValue the coordinator's */
  readonly waitMs?: number | undefined;
  /** The run that asks, where the ambient context does not show it. */
  readonly parent?: Run | undefined;
}

export type GuestSection<T> = (transcript: GuestTranscript) => T | Promise<T>;

/** What a guest's request came to: a section at somebody's gate, or a turn of its own. */
export interface GuestGrant {
  readonly owner: RunRecord;
  /** Undefined in a turn of its own. */
  readonly section: Section | undefined;
}

/** @throws InvalidSessionFileError a marker names nothing to write to */
export function checkWritable(input: ParsedInput): void {
  if (input.type === 'path') return;
  throw new InvalidSessionFileError({
    sessionFile: input.file.path,
    reason: 'marker',
    detail: 'it is a marker and names no file to write to',
  });
}

/** Resolves once the guest may write. */
export function untilLetIn(record: RunRecord): Promise<GuestGrant> {
  return new Promise((resolve, reject) => {
    record.waiter = {
      resolve: (owner, section) => {
        resolve({ owner, section });
      },
      reject,
    };
  });
}

/** Runs the guest's code where it was let in. */
export async function writeAsGuest<T>(
  table: OwnerTable,
  guest: RunRecord,
  { section }: GuestGrant,
  code: GuestSection<T>,
): Promise<T> {
  if (section === undefined) return await inOwnTurn(table, guest, code);
  const { gate } = section;
  const { label } = guest.terms;
  const own = new Pen(table, guest, gate);
  const transcript = new SectionTranscript(() => {
    // The owner that let the guest in may have ended meanwhile: the fence of the present one counts.
    const { owner } = gate.queue;
    return { pen: owner ? penOf(table, owner) : own, section, isGuest: true, label };
  });
  try {
    const outcome = own.inside(section, async () => await code(transcript));
    return await (section.record === guest ? atMost(section, outcome) : outcome);
  } finally {
    transcript.end();
    section.leave();
  }
}

/** Nobody owns the file: a short turn, with the limits of any other. */
function inOwnTurn<T>(table: OwnerTable, guest: RunRecord, code: GuestSection<T>): Promise<T> {
  const task = (): Promise<T> => {
    const pen = penOf(table, guest);
    return perform(pen, 'write as a guest', function* (section) {
      const transcript = new SectionTranscript(() => ({ pen, section, isGuest: false }));
      try {
        return (yield pen.inside(section, async () => await code(transcript))) as T;
      } finally {
        transcript.end();
      }
    });
  };
  return new Promise((answer, reject) => {
    runOwned(table, guest, { task, rescue: undefined, answer, reject });
  });
}

/**
 * A guest keeps the owner waiting: it has as long as anybody who was told to stop. Then its gate is
 * taken from it, which costs no bytes, since it has neither path nor handle.
 */
function atMost<T>(section: Section, outcome: Promise<T>): Promise<T> {
  const { record: guest, gate } = section;
  const { settleMs } = guest.origin;
  return new Promise((resolve, reject) => {
    const onDue = (): void => {
      const { path: sessionFile, runId } = guest;
      const subject = `${section.title} (${runId})`;
      const detail =
        `its section may last ${describeMs(settleMs)}, so that the owner is not kept waiting; ` +
        'what it wrote before stays';
      const why = 'max-hold';
      reject(new RunInterruptedError({ sessionFile, runId, why, settleMs: 0, subject, detail }));
      gate.leave(section);
    };
    const countdown = new Patience(monotonicMs() + settleMs, settleMs, onDue);
    const stop = (): void => {
      countdown.stop();
    };
    outcome.finally(stop).then(resolve, reject);
  });
}
