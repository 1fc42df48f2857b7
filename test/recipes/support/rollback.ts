import type { AdmitRequest, Coordinator, Run } from '../../../src/index.js';

/** Stops whoever answers, takes back what that run has written, and runs `task` instead of it. */
export async function replace<T>(
  sessions: Coordinator,
  request: AdmitRequest,
  task: (run: Run) => Promise<T>,
): Promise<T> {
  const admission = await sessions.admit({ ...request, mode: 'interrupt' });
  if (!('ticket' in admission)) throw new Error(`Not now: ${admission.outcome}`);
  const stopped = admission.outcome === 'interrupting' ? admission.holder.runId : undefined;
  return await sessions.run(admission.ticket, async (run) => {
    const { runId, startBytes, endBytes } = run.previous ?? {};
    // Unless another run was served in between, it wrote nothing, or somebody wrote after it.
    if (runId !== undefined && runId === stopped && endBytes !== undefined) {
      await run.transcript.rewrite((current) =>
        current.length === endBytes ? current.subarray(0, startBytes) : current,
      );
    }
    return await task(run);
  });
}
