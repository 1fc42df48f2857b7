import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { createCoordinator, type PreviousRun } from '../../../src/index.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { startChild } from '../../support/child.js';
import { useTempDir } from '../../support/temp-dir.js';

const RUN = new URL('./fixtures/ticket.ts', import.meta.url);

describe(
  'a process that dies with a ticket, behind one that died in its turn',
  { timeout: 40_000 },
  () => {
    const dir = useTempDir();
    const leases = lockFileLeases();
    const sessions = createCoordinator({ leases });
    afterAll(async () => {
      await sessions.close();
      await leases.close();
    });

    /** A run of another process has begun, and that is killed. */
    async function die(runId: string, how: 'acquire' | 'claim' | 'wait'): Promise<void> {
      const { process: child, finished } = startChild(RUN, {
        args: [dir.join('s.jsonl'), runId, how],
      });
      await once(child, 'message');
      child.kill('SIGKILL');
      await finished;
    }

    const nextIsTold = (): Promise<PreviousRun | undefined> =>
      sessions.run({ sessionFile: dir.join('s.jsonl') }, ({ previous }) => previous);

    it('[X5] [S8] is told of itself where the ticket was claimed', async () => {
      // Given
      await die('first', 'acquire');

      // When
      await die('claimed', 'claim');

      // Then
      const startBytes = '{"by":"first"}\n'.length;
      expect(await nextIsTold()).toMatchObject({ runId: 'claimed', end: 'died', startBytes });
    });

    it('[X5] [S8] leaves the first to be told of where it was not', async () => {
      // Given
      await die('first', 'acquire');

      // When
      await die('unclaimed', 'wait');

      // Then
      expect(await nextIsTold()).toMatchObject({ runId: 'first', end: 'died', startBytes: 0 });
    });
  },
);
