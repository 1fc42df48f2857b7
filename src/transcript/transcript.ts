import type { WriteProgress } from '../errors/takeover-error.js';
import type { GuestWrite } from '../types.js';
import type { Records } from './records.js';

/** What a guest, or a queued write, may do: no path, no handle, valid until its section ends. */
export interface GuestTranscript {
  /**
   * Puts the records at the end of the file, one line of JSON each, in one write.
   *
   * @throws TypeError a record has no JSON
   * @throws TornTranscriptError `ERR_SESSION_TORN_TAIL` the file ends inside a record
   * @throws TranscriptIoError `ERR_SESSION_IO` the file system refused; `content` says what is there
   * @throws RunEndedError `ERR_SESSION_RUN_ENDED` the section has ended
   */
  append(...records: readonly unknown[]): Promise<void>;
  /** The same with lines as they are, without their ends. @throws RangeError a line has a break */
  appendLines(...lines: readonly string[]): Promise<void>;
}

/**
 * The session file of a run, for its owner. Every call is a section of the gate: it waits for the
 * section that is open, is refused before the file is touched once the run has ended or lost its
 * turn, and first makes sure that only known writers have changed the file.
 *
 * All calls throw, besides their own:
 * `ERR_SESSION_TAKEOVER` somebody changed the content without the gate; the run's signal has fired.
 * `ERR_SESSION_RUN_ENDED`, `ERR_SESSION_RUN_REVOKED`, `ERR_SESSION_NOT_OWNER` no turn any more, or now.
 * `ERR_SESSION_WAIT_TIMEOUT` the gate was not free within the request's `waitMs`.
 * `ERR_SESSION_IO` the file system refused; `content` says what is in the file.
 * `ERR_SESSION_FILE_INVALID` with reason `marker`: a marker names no file.
 */
export interface Transcript extends GuestTranscript {
  /** What I/O uses: links resolved. Write to it inside `write` or `writeSync` only. */
  readonly path: string;
  /** The bytes of the file, never from a cache; none where there is no file. */
  read(): Promise<Buffer>;
  /** Its records, with the lines that are none. A last line without an end is whole if it parses. */
  readRecords(): Promise<Records>;
  /**
   * Replaces the content by what `update` makes of it: old or new, never between. A temporary file
   * is written to the disk and renamed; mode and owner are kept, of a link the target is written.
   * While `update` runs nothing else is written.
   *
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` with reason `alias`: the file has
   *   several names, which a rename would part
   * @throws TypeError `update` returned neither a string nor bytes
   */
  rewrite(update: (current: Buffer) => Buffer | string | Promise<Buffer | string>): Promise<void>;
  /**
   * The turn goes on in another file, which may exist or not: key, waiting runs, guests and fence
   * move in one step. Until this run ends the former file leads to the new one.
   *
   * @throws RotateRefusedError `ERR_SESSION_ROTATE_REFUSED` somebody uses that file, or it is this one
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a section
   */
  rotate(next: string | URL): Promise<void>;
  /** Cuts a torn last line and returns it; nothing where the last line is whole. */
  dropTornTail(): Promise<Buffer>;
  /**
   * For code that opens the file itself: what is written while it runs counts as this run's. What
   * it does after it has settled does not.
   */
  write<T>(section: (path: string) => T | Promise<T>): Promise<T>;
  /**
   * The same for synchronous code, at one go.
   *
   * @throws GateBusyError `ERR_SESSION_GATE_BUSY` an asynchronous section of this run is open
   * @throws TypeError the code returned a promise: `write` is for that
   */
  writeSync<T>(section: (path: string) => T): T;
  /**
   * A transcript event: starts in the order of the calls, each in a section of its own, and settles
   * with its own write. One that fails is logged, too, and keeps nobody behind it waiting. The run
   * ends after the last.
   */
  enqueue(write: (transcript: GuestTranscript) => void | Promise<void>): Promise<void>;
  /** How long the file was when the present turn began. */
  readonly startBytes: number;
  /** What this run has written: how often, how much, and where the last of it ended. */
  readonly writes: WriteProgress;
  /** What guests have written, and strangers that were adopted, since the last call. */
  takeGuestWrites(): readonly GuestWrite[];
}
