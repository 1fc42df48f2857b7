import { randomUUID } from 'node:crypto';
import { resolveSessionFile } from '../../../src/identity/session-file.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { thisThread } from '../../../src/support/this-process.js';
import { Journal, nowNs } from '../journal.js';
import { sessionFiles } from '../place.js';
import type { HolderInfo } from '../../../src/types.js';
import type { Settings } from '../settings.js';
import { codeOf } from './watched-leases.js';

/** A fresh process that takes each file once, and gives it back. */
export async function prove({
  root,
  files,
  heartbeatMs,
  expireMs,
  waitMs,
}: Settings): Promise<void> {
  const leases = lockFileLeases({ heartbeatMs, expireMs });
  for (const file of sessionFiles(root, files)) {
    const journal = new Journal(file.journal);
    const from = nowNs();
    const holder: HolderInfo = {
      ...thisThread(),
      ...{ runId: randomUUID(), kind: 'command' as const, acquiredAtMs: Date.now() },
    };
    journal.write('want', { id: 'last' });
    try {
      const lease = await leases.acquire(await resolveSessionFile(file.path), {
        holder,
        wait: true,
        signal: AbortSignal.timeout(waitMs),
        onLost: () => undefined,
      });
      const said = lease.died?.runId;
      journal.write('grant', { id: 'last', from, said, token: String(lease.fencingToken) });
      // Now it has been told of whoever died before.
      await lease.update(holder);
      await lease.release();
    } catch (error) {
      journal.write('gave-up', { id: 'last', said: codeOf(error) });
    }
  }
  await leases.close();
  process.disconnect();
}
