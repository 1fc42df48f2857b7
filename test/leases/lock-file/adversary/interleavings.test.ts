import { describe, expect, it, vi } from 'vitest';
import { explore } from './support/explore.js';
import { usePlayedDisk } from './support/played.js';
import { SMALL } from './scenarios.js';

vi.mock(
  import('../../../../src/leases/lock-file/liveness.js'),
  async () => (await import('./support/judged.js')) as never,
);
vi.mock(
  import('../../../../src/leases/lock-file/identity.js'),
  async () => (await import('./support/judged.js')) as never,
);

/** More in a run of its own: STATES=500000. */
const STATES = Number(process.env['STATES'] ?? 6_000);

describe('the ledger, with its calls in every order', () => {
  usePlayedDisk();

  it.each(Object.keys(SMALL))(
    '[L4] never gives a file to two, nor takes it from one that lives: %s',
    { timeout: 3_600_000 },
    (name) => {
      // Given
      const scenario = { ...SMALL[name], mostStates: STATES } as Parameters<typeof explore>[0];

      // When
      const { states, found } = explore(scenario);

      // Then
      expect([...found]).toEqual([]);
      expect(states).toBeGreaterThan(100);
    },
  );
});
