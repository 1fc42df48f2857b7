import { describe, expect, it } from 'vitest';
import type { LeaseRequest } from '../../../src/leases/provider.js';
import type { SessionFile } from '../../../src/types.js';
import { OwnerTable } from '../../../src/ownership/owner-table.js';
import { createCoordinator } from '../../../src/index.js';
import { useTable } from '../../model/fresh-table.js';
import { useTempDir } from '../../support/temp-dir.js';
import { FakeLeases } from '../support/fake-leases.js';

describe('a provider', () => {
  const dir = useTempDir();

  it('[D7] is called in the context of no run, also where a turn moves to another file', async () => {
    // Given
    const table = new OwnerTable();
    useTable(table);
    const seen: unknown[] = [];
    class Watched extends FakeLeases {
      override acquire(file: SessionFile, request: LeaseRequest) {
        seen.push(table.state.ambient.getStore()?.run);
        return super.acquire(file, request);
      }
    }
    const leases = new Watched();
    leases.isGenerous = true;
    const sessions = createCoordinator({ leases });

    // When
    await sessions.run({ sessionFile: dir.join('a') }, async (run) => {
      await run.transcript.rotate(dir.join('b'));
    });

    // Then
    expect(seen).toEqual([undefined, undefined]);
    await sessions.close();
  });
});
