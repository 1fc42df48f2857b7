import type { LeaseUnavailableError } from '../errors/lease-errors.js';
import { SessionError } from '../errors/session-error.js';
import { InvalidSessionFileError } from '../errors/setup-errors.js';
import { RotateRefusedError } from '../errors/transcript-errors.js';
import { parseSessionFile } from '../identity/parse-input.js';
import { resolvePath } from '../identity/resolve.js';
import { leaseForMove, leaseNotMoved } from '../ownership/leasing/lease-moves.js';
import { isStillHeld } from '../ownership/leasing/still-held.js';
import { leaseUnavailable } from '../ownership/table/refusals.js';
import { checkAlive } from '../ownership/table/run-guards.js';
import { checkMove, moveTo } from '../ownership/rotation.js';
import type { Lease } from '../leases/provider.js';
import type { Holder, SessionFile } from '../types.js';
import { verify } from './fence.js';
import type { Pen } from './pen.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

/** The file that the turn is to go on in. */
export async function resolveNext(pen: Pen, next: string | URL): Promise<SessionFile> {
  const input = parseSessionFile(next, pen.table.markers);
  if (input.type === 'path') return await resolvePath(input.path);
  throw new InvalidSessionFileError({
    sessionFile: input.file.path,
    reason: 'marker',
    detail: 'it is a marker and names no file that a turn could go on in',
  });
}

/** Moves everything to that file, in the step in which the former one was found as it was left. */
export function* rotate(use: Use, next: SessionFile): Steps<void> {
  const { pen, section } = use;
  yield* verify(use);
  checkMove(pen.table.state, pen.record, next);
  const lease = yield* leaseOf(pen, next);
  try {
    pen.checkOpen(section, 'rotate');
    // Whoever has taken it since it was given to us has it.
    if (lease && !isStillHeld(lease, next.path)) throw taken(pen, next);
    moveTo(pen.table, pen.record, next, lease);
  } catch (error) {
    leaseNotMoved(pen.table, pen.gate.queue, next, lease);
    throw error;
  }
  pen.moved();
  try {
    yield* verify(use);
  } catch {
    // The turn has moved. Whoever uses the file next is told why it cannot be read.
  }
}

/** Of the file that comes next, where other processes are excluded. */
function* leaseOf({ table, gate, record }: Pen, next: SessionFile): Steps<Lease | undefined> {
  if (gate.queue.lease === undefined) return undefined;
  try {
    return (yield leaseForMove(table, gate.queue, record, next)) as Lease | undefined;
  } catch (error) {
    checkAlive(record, 'rotate');
    if (!isHeldElsewhere(error)) throw leaseUnavailable(record, error);
    throw taken({ record }, next, error.holder);
  }
}

function taken(
  { record }: Pick<Pen, 'record'>,
  next: SessionFile,
  holder?: Holder,
): RotateRefusedError {
  const { path: sessionFile } = record;
  return new RotateRefusedError({ sessionFile, nextFile: next.path, reason: 'owned', holder });
}

function isHeldElsewhere(error: unknown): error is LeaseUnavailableError {
  const isOfLease = SessionError.is(error) && error.code === 'ERR_SESSION_LEASE_UNAVAILABLE';
  return isOfLease && (error as LeaseUnavailableError).reason === 'held';
}
