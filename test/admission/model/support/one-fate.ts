import { expect } from 'vitest';
import type { Call } from './call.js';
import type { Driver } from './driver.js';

/** Ways in which a turn may end without anybody having taken it. */
const UNSTARTED = ['unclaimed', 'aborted', 'interrupted', 'superseded', 'shutdown', 'stuck'];

/**
 * From what the callers saw, not from the model: each message was steered, or started once, or its
 * caller was told why not.
 */
export function expectOneFateEach(driver: Driver): void {
  const faults = driver.calls.flatMap((call) => {
    const fate = driver.fates.of.get(call.id);
    const isRight = fate !== undefined && hasFate(driver, call, fate);
    const { id, admission, claim, started } = call;
    return isRight ? [] : [{ id, fate, admission, claim, started }];
  });
  expect(faults).toEqual([]);
}

function hasFate(driver: Driver, call: Call, fate: string): boolean {
  const { id, admission = '', claim, started, ticket } = call;
  const answer = driver.steers.find(({ message }) => message === id);
  if (fate === 'steered') {
    return admission === `steered into ${answer?.to}` && answer?.how === 'true' && started === 0;
  }
  if (admission.startsWith('steered')) return false;
  if (fate === 'joined') return started <= 1 && admission === 'run';
  if (fate === 'granted') {
    const end = driver.fates.ends.get(id) ?? 'none';
    return started === 1 ? end !== 'unclaimed' : started === 0 && UNSTARTED.includes(end);
  }
  if (fate === 'busy') {
    const trail = driver.fates.trails.get(id)?.join();
    return trail === 'requested,busy' && admission.startsWith('busy') && started === 0;
  }
  // Given up: told by `admit`, or by the ticket, which nobody may have asked.
  const isTold = ticket === undefined ? admission.startsWith('ERR_') : ticket.state === 'ended';
  return isTold && started === 0 && claim !== 'value';
}
