import {
  DeadlockError,
  OwnerWaitAbortedError,
  OwnerWaitTimeoutError,
  QueueFullError,
} from '../../errors/wait-errors.js';
import { LeaseUnavailableError } from '../../errors/lease-errors.js';
import { SessionError } from '../../errors/session-error.js';
import { asError } from '../../support/as-error.js';
import type { DeadlockLink } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import type { SectionRequest } from '../file/section-request.js';
import { asHolder, holderOf } from './holder.js';
import type { RunRecord } from '../run/run-record.js';
import type { Section } from '../file/section.js';

/** What became of a request that was not granted, as events and counters name it. */
export type GivenUp = 'timed-out' | 'aborted' | 'cancelled' | 'refused';

const OUTCOMES: Readonly<Record<string, GivenUp>> = {
  ERR_SESSION_WAIT_TIMEOUT: 'timed-out',
  ERR_SESSION_WAIT_ABORTED: 'aborted',
  ERR_SESSION_RUN_INTERRUPTED: 'aborted',
  ERR_SESSION_CLOSED: 'cancelled',
};

/** @param isWaiting whether the request was accepted before; one that never was is refused */
export function outcomeOf(error: unknown, isWaiting: boolean): GivenUp {
  const how = SessionError.is(error) ? OUTCOMES[error.code] : undefined;
  return how === undefined || (how === 'cancelled' && !isWaiting) ? 'refused' : how;
}

/** The deadline passed, or there was none to pass: the holder and the place in the queue as they are now. */
export function waitTimeout(
  record: RunRecord,
  queue: FileQueue | undefined = record.queue,
): OwnerWaitTimeoutError {
  const { isGuest } = record.terms;
  const queueLength = (isGuest ? queue?.guests?.size : queue?.length) ?? 0;
  const position = queue && (record.list ? queue.positionOf(record) : queueLength + 1);
  return new OwnerWaitTimeoutError({
    sessionFile: record.path,
    action: isGuest ? 'write as a guest to' : undefined,
    openSection: isGuest ? queue?.gate?.open?.title : undefined,
    holder: holderOf(queue),
    waitMs: record.waitLimitMs,
    position: position ?? 0,
    queueLength,
  });
}

/** A section of the owner did not begin within the time that its run may wait. */
export function gateTimeout(
  { record, action, waitMs }: SectionRequest,
  open: Section | undefined,
  queueLength: number,
): OwnerWaitTimeoutError {
  return new OwnerWaitTimeoutError({
    sessionFile: record.path,
    action: `enter the gate to ${action}`,
    openSection: open?.title,
    holder: asHolder(record),
    waitMs,
    position: 1,
    queueLength,
  });
}

/** What the provider said, to this one of all who waited. */
export function leaseUnavailable(
  { path: sessionFile }: Pick<RunRecord, 'path'>,
  cause: unknown,
  eventId?: string,
): LeaseUnavailableError {
  if (isLeaseUnavailable(cause)) {
    const { reason, detail, holder, lockPath, systemCode } = cause;
    return new LeaseUnavailableError({
      ...{ sessionFile, reason, detail, holder, lockPath, systemCode, cause: cause.cause },
      eventId: eventId ?? cause.eventId,
    });
  }
  const said = asError(cause).message;
  const detail = `its lease provider failed (${said})`;
  return new LeaseUnavailableError({ sessionFile, reason: 'io', detail, cause, eventId });
}

export function isLeaseUnavailable(error: unknown): error is LeaseUnavailableError {
  return SessionError.is(error) && error.code === 'ERR_SESSION_LEASE_UNAVAILABLE';
}

export function waitAborted(record: RunRecord, cause: unknown): OwnerWaitAbortedError {
  const holder = holderOf(record.queue);
  return new OwnerWaitAbortedError({ sessionFile: record.path, holder, cause });
}

export function queueFull(record: RunRecord, queue: FileQueue): QueueFullError {
  return new QueueFullError({
    sessionFile: record.path,
    holder: holderOf(queue),
    maxWaiting: record.origin.maxWaiting,
  });
}

/** Asked from inside an open section for something that would have to wait for its end. */
export function insideSection(
  record: RunRecord,
  action: string,
  open: Section,
  holder: RunRecord = record,
): DeadlockError {
  return new DeadlockError({
    sessionFile: record.path,
    subject: `${action} from inside ${open.title}`,
    holder: asHolder(holder),
    chain: [{ run: open.record.view(), waitsFor: `the end of ${open.title}` }],
    waysOut: [`let the section end first, then ${action}`],
  });
}

const WAYS_OUT = [
  'ask for the file before the run that needs it, not from inside it',
  'give the outer turn up meanwhile: run.park(() => ...)',
];

export function endless(
  record: RunRecord,
  queue: FileQueue,
  chain: readonly DeadlockLink[],
): DeadlockError {
  return new DeadlockError({
    sessionFile: record.path,
    holder: holderOf(queue),
    chain,
    waysOut: WAYS_OUT,
  });
}

/** Asked from inside a run of the same file, without saying how. */
export function reentered(record: RunRecord, owner: RunRecord): DeadlockError {
  return new DeadlockError({
    sessionFile: record.path,
    holder: holderOf(owner.queue),
    chain: [{ run: owner.view() }],
    waysOut: [
      "share the turn of the run around: onReentry: 'join'",
      "come after it, without awaiting it inside: onReentry: 'queue'",
      ...WAYS_OUT,
    ],
  });
}
