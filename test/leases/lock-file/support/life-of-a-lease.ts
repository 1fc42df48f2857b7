import { vi } from 'vitest';
import type { Lease, LeaseProvider } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { holderOf } from './records.js';
import { request } from './requests.js';

/** What came of everything that a lease can do. */
export interface Life {
  readonly errors: unknown[];
  readonly lost: Error[];
  /** Others that got the file while this lease said that it was held. */
  readonly intruders: Lease[];
}

/** Acquires, updates, lives for some heartbeats, looks and releases, whatever fails. */
export async function liveOn(
  provider: LeaseProvider,
  other: LeaseProvider,
  file: SessionFile,
): Promise<Life> {
  const errors: unknown[] = [];
  const lost: Error[] = [];
  const intruders: Lease[] = [];
  const note = (error: unknown): undefined => {
    errors.push(error);
  };
  const onLost = (cause: Error): void => void lost.push(cause);
  const lease = await provider.acquire(file, request('A', { onLost })).catch(note);
  if (lease === undefined) return { errors, lost, intruders };
  await lease.update(holderOf('A2')).catch(note);
  await vi.advanceTimersByTimeAsync(2_500);
  if (isHeld(lease, errors)) {
    const intruder = await other.acquire(file, request('B')).catch(() => undefined);
    if (intruder !== undefined && isHeld(lease, errors)) intruders.push(intruder);
    await intruder?.release().catch(note);
  }
  const released = lease.release().catch(note);
  await vi.advanceTimersByTimeAsync(2_000);
  await released;
  return { errors, lost, intruders };
}

function isHeld(lease: Lease, errors: unknown[]): boolean {
  try {
    return lease.isHeld();
  } catch (error) {
    errors.push(error);
    return false;
  }
}
