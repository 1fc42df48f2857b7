import type { Coordinator, Run, RunRequest } from '../../../src/index.js';
import { loopTurn } from '../../runs/support/sessions.js';

/** An owner whose turn has been going on for a while: its limits are watched. */
export async function watchedOwner(sessions: Coordinator, request: RunRequest): Promise<Run> {
  const run = await sessions.acquire(request);
  await loopTurn();
  return run;
}
