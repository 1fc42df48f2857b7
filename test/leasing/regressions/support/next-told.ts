import type { HolderInfo } from '../../../../src/types.js';
import type { FakeLease } from '../../support/fake-lease.js';

/**
 * The death that a provider tells with the lease after this one: the same again, unless it was told
 * whose turn it is, which says that somebody knows.
 */
export function diedBeforeNext({ died, updates }: FakeLease): HolderInfo | undefined {
  return updates.length === 0 ? died : undefined;
}

/** How a run is told of the death of `someoneElse()`. */
export const DIED = {
  runId: 'their-run',
  end: 'died',
  startBytes: 7,
  host: 'another-host',
} as const;
