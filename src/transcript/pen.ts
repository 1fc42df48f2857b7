import { InvalidSessionFileError } from '../errors/setup-errors.js';
import { SessionError } from '../errors/session-error.js';
import type { TakeoverError, WriteProgress } from '../errors/takeover-error.js';
import { TranscriptIoError } from '../errors/transcript-errors.js';
import { fileIdOf } from '../identity/file-id.js';
import type { Gate } from '../ownership/file/gate.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { insideSection } from '../ownership/table/refusals.js';
import { checkAlive, checkOwner, endedError } from '../ownership/table/run-guards.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { type Section, sectionOf } from '../ownership/file/section.js';
import type { TurnWork } from '../ownership/run/turn-work.js';
import { scopeWithin } from '../ownership/table/wait-graph.js';
import { monotonicMs } from '../support/clock.js';
import type { FileStats } from './disk.js';
import { GuestWrites } from './guest-writes.js';
import type { Knowledge } from './knowledge.js';

/** The only thing that may be done inside a section whose content must not change. */
export const READ = 'read';

/**
 * The access of one run to the bytes of its file: how it enters the gate, what it has written, what
 * it was told of others. One for all handles of the run.
 */
export class Pen implements TurnWork {
  readonly table: OwnerTable;
  readonly record: RunRecord;
  readonly gate: Gate;
  sections = 0;
  queued = 0;
  /** The fence of the present turn has begun. */
  isFenced = false;
  /** Prompt windows that are open and say for themselves what happens to what strangers append. */
  readonly policies: Readonly<Record<'takeover' | 'adopt', Set<object>>> = {
    takeover: new Set(),
    adopt: new Set(),
  };
  /** The conflict that ended this run; every use of the gate throws it from then on. */
  tripped: TakeoverError | undefined = undefined;
  endBytes: number | undefined = undefined;
  listeners: (() => void)[] | undefined = undefined;
  /** Settles with the last write that was queued; undefined while none is. */
  queue: Promise<void> | undefined = undefined;
  readonly guestWrites: GuestWrites = new GuestWrites();
  #count = 0;
  #bytes = 0;
  #inode = -1;

  constructor(table: OwnerTable, record: RunRecord, gate: Gate) {
    this.table = table;
    this.record = record;
    this.gate = gate;
  }

  get path(): string {
    return ioPathOf(this.record);
  }

  get knowledge(): Knowledge | undefined {
    return this.gate.knowledge as Knowledge | undefined;
  }

  know(knowledge: Knowledge): Knowledge {
    this.gate.knowledge = knowledge;
    this.noteFile(knowledge.stats);
    return knowledge;
  }

  /** Nobody can tell what is in the file: the fence begins anew with the next use. */
  forget(): void {
    this.gate.knowledge = undefined;
    this.isFenced = false;
  }

  /** Whether a change of the content by strangers ends this run. */
  get isWatched(): boolean {
    return (this.isFenced || this.gate.isSuspect) && this.tripped === undefined;
  }

  get mayAdopt(): boolean {
    const { adopt, takeover } = this.policies;
    if (adopt.size > 0 || takeover.size > 0) return adopt.size > 0;
    return this.record.terms.onForeignAppend === 'adopt';
  }

  get writes(): WriteProgress {
    const endBytes = this.endBytes ?? this.record.startBytes;
    return Object.freeze({ count: this.#count, bytes: this.#bytes, endBytes });
  }

  noteWrite(bytes: number, endBytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    this.endBytes = endBytes;
    // Its turn was taken while it was found out what had reached the file.
    if (this.record.end !== undefined) this.record.endBytes = endBytes;
  }

  /** Keeps the identity of the file current, so that its other names lead to its owner. */
  noteFile(stats: FileStats | undefined): void {
    const inode = stats?.ino ?? -1;
    if (inode === this.#inode) return;
    this.#inode = inode;
    this.table.state.fileIds.note(this.gate.queue, stats && fileIdOf(stats));
  }

  turnOver(): void {
    this.isFenced = false;
    this.#inode = -1;
  }

  /** The turn goes on in another file. */
  moved(): void {
    this.turnOver();
    this.endBytes = undefined;
    this.gate.knowledge = undefined;
  }

  /**
   * The section around or, where nobody is inside, one of its own.
   *
   * @throws RunEndedError, RunRevokedError, RunNotOwnerError, TakeoverError
   */
  tryEnter(action: string, isQueued = false): Section | undefined {
    const { record, table } = this;
    checkIsFile(record, action);
    const scope = table.state.ambient.getStore() ?? NOWHERE;
    const around = sectionOf(scope, this.gate);
    if (isQueued || around?.record === record) checkAlive(record, action);
    else checkOwner(record, action);
    this.#checkLease(record, action);
    if (this.tripped) throw this.tripped;
    if (around?.isFixed === true && action !== READ) throw insideSection(record, action, around);
    if (around === undefined) return this.gate.tryOpen(record, action, scopeWithin(record, scope));
    around.enter();
    return around;
  }

  /** Leaves a section that `tryEnter` gave; it is a sign of life. */
  leave(section: Section): void {
    section.leave();
    this.table.state.outbox.flush();
    if (this.record.isOwner) this.record.noteProgress(monotonicMs());
  }

  /** Calls code of users inside a section; where that is around already, so is all else. */
  inside<T>(section: Section, code: () => T): T {
    const { ambient } = this.table.state;
    const isAround = sectionOf(ambient.getStore() ?? NOWHERE, this.gate) === section;
    return isAround ? code() : ambient.run(section, code);
  }

  /**
   * The section is still there, after code was waited for, and the file is still this process's.
   *
   * @throws RunEndedError, RunRevokedError, LeaseLostError, LeaseUnavailableError
   */
  checkOpen(section: Section, action: string): void {
    if (!section.isOpen) throw section.expelledBy ?? endedError(section.record, action);
    this.#checkLease(section.record, action);
  }

  #checkLease(record: RunRecord, action: string): void {
    try {
      this.table.leasing.check(this.gate.queue);
    } catch (error) {
      throw record.end === undefined ? error : endedError(record, action);
    }
  }

  /** What the file system said, as the one type that leaves this folder. */
  failure(action: string, error: unknown, content: TranscriptIoError['content']): unknown {
    const systemCode = (error as NodeJS.ErrnoException | null)?.code;
    if (SessionError.is(error) || typeof systemCode !== 'string') return error;
    const { path: sessionFile } = this.record;
    return new TranscriptIoError({ sessionFile, action, content, systemCode, cause: error });
  }
}

/** Where the bytes of this run's file are. */
export function ioPathOf({ file, path }: RunRecord): string {
  return file?.realPath ?? path;
}

/** The pen of a run, made at its first use. */
export function penOf(table: OwnerTable, record: RunRecord): Pen {
  const { queue } = record;
  if (queue === undefined) throw endedError(record, 'use the transcript');
  record.work ??= new Pen(table, record, table.gateOf(queue));
  return record.work as Pen;
}

/** @throws InvalidSessionFileError */
function checkIsFile(record: RunRecord, action: string): void {
  if (!record.isMarker) return;
  throw new InvalidSessionFileError({
    sessionFile: record.path,
    reason: 'marker',
    detail: `it is a marker and names no file, so there is nothing to ${action}`,
  });
}
