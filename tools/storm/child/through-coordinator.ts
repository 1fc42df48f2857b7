import type { Coordinator } from '../../../src/coordinator-interface.js';
import type { WatchedLeases } from './watched-leases.js';
import { type Lane, spend } from './turn.js';

/** One turn as a runner takes it: the coordinator has the lease, and looks at it before each write. */
export async function turnThroughCoordinator(
  sessions: Coordinator,
  leases: WatchedLeases,
  alias: string,
  lane: Lane,
): Promise<void> {
  const sessionFile = alias.startsWith('file:') ? new URL(alias) : alias;
  const { waitMs } = lane.settings;
  await sessions.run({ sessionFile, waitMs }, async (run) => {
    const { transcript } = run;
    const token = run.fencingToken ?? 'none';
    await transcript.dropTornTail();
    await spend(
      {
        token,
        journal: leases.journal(transcript.path),
        write: (record) => transcript.append(record),
      },
      lane,
    );
  });
}
