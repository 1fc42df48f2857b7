import type { FileChange } from '../types.js';
import { named, SessionError, type SessionErrorFacts } from './session-error.js';

/** How a session file was known to be, or found to be. */
export interface FileFingerprint {
  readonly exists: boolean;
  readonly sizeBytes: number;
  readonly inode?: number;
  readonly modifiedAtMs?: number;
}

/** How far the writes of a run had come. */
export interface WriteProgress {
  readonly count: number;
  readonly bytes: number;
  /** Where the last of them ended. */
  readonly endBytes: number;
}

/**
 * The content of the session file changed outside of the gate, proven by content. It ends this run
 * only: the next one starts from the file as it is.
 */
export class TakeoverError extends SessionError {
  static {
    named(this.prototype, 'TakeoverError');
  }
  readonly code = 'ERR_SESSION_TAKEOVER';
  readonly runId: string;
  readonly change: FileChange;
  /** `revoked-run`: a run whose turn was taken had the file open to write by itself. */
  readonly by: 'unknown' | 'revoked-run';
  readonly expected: FileFingerprint;
  readonly seen: FileFingerprint;
  /** What of this run had reached the file: a caller that repeats it would write that twice. */
  readonly writes: WriteProgress;
  /** How long the file was when the turn of this run began. */
  readonly startBytes: number;

  constructor(
    facts: SessionErrorFacts & {
      runId: string;
      change: FileChange;
      by: 'unknown' | 'revoked-run';
      expected: FileFingerprint;
      seen: FileFingerprint;
      writes: WriteProgress;
      startBytes: number;
    },
  ) {
    const { count, bytes, endBytes } = facts.writes;
    const written =
      count === 0
        ? 'nothing of this run had been written'
        : `${count} ${count === 1 ? 'write' : 'writes'} of this run (${bytes} bytes, up to offset ${endBytes}) had reached it`;
    const who = facts.by === 'unknown' ? 'someone' : 'a run whose turn was taken';
    super(facts, {
      message:
        `Cannot go on with ${JSON.stringify(facts.sessionFile)}: ${who} ${VERBS[facts.change]} it ` +
        `without the gate while run ${facts.runId} owned it (${difference(facts)}); ${written}`,
      retry: 'wait',
      userMessage: 'This conversation was changed by another program. Please try again.',
    });
    this.runId = facts.runId;
    this.change = facts.change;
    this.by = facts.by;
    this.expected = facts.expected;
    this.seen = facts.seen;
    this.writes = facts.writes;
    this.startBytes = facts.startBytes;
  }
}

const VERBS: Readonly<Record<FileChange, string>> = {
  appended: 'appended to',
  rewritten: 'rewrote',
  truncated: 'truncated',
  replaced: 'replaced',
  deleted: 'deleted',
};

function difference({ expected, seen }: Pick<TakeoverError, 'expected' | 'seen'>): string {
  return expected.sizeBytes === seen.sizeBytes
    ? `${describe(seen)}, as expected, but not those that were known`
    : `${describe(expected)} expected, ${describe(seen)} found`;
}

function describe({ exists, sizeBytes }: FileFingerprint): string {
  return exists ? `${sizeBytes} bytes` : 'no file';
}
