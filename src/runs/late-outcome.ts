import type { SessionError } from '../errors/session-error.js';
import { log } from '../observe/deliver.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { RunRequest } from './run.js';

/**
 * A finished result is never thrown away: `rescue` gets it, and the error carries it.
 *
 * @param isOwn false for a task that joined the run: the error is that of its host, whose callers
 *   must not take the result for theirs
 */
export function saveResult(
  record: RunRecord,
  value: unknown,
  reason: SessionError,
  rescue: RunRequest['rescue'],
  isOwn = true,
): void {
  const { logger } = record.origin;
  if (value !== undefined && isOwn) {
    Object.defineProperty(reason, 'result', { value, configurable: true, writable: true });
  }
  const facts = { runId: record.runId, sessionFile: record.path, eventId: reason.eventId };
  if (rescue === undefined) {
    if (value !== undefined) log(logger, 'warn', facts, 'session result dropped: no rescue given');
    return;
  }
  Promise.resolve()
    .then(() => rescue(value, reason))
    .catch((error: unknown) => {
      log(logger, 'error', { ...facts, err: error }, 'a rescue callback failed');
    });
}

/** What a task throws that has no turn any more is no answer to anybody, but not a secret either. */
export function logLateError(record: RunRecord, error: unknown, reason: SessionError): void {
  if (error === reason) return;
  const { runId, path: sessionFile } = record;
  const facts = { runId, sessionFile, eventId: reason.eventId, err: error };
  // What was passed the signal did as it was told.
  const isObedient = error instanceof Error && error.name === 'AbortError';
  log(
    record.origin.logger,
    isObedient ? 'debug' : 'warn',
    facts,
    'session task failed after its signal had fired',
  );
}
