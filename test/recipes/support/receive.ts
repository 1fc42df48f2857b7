import type { Coordinator, Run } from '../../../src/index.js';

type Answer = (run: Run, message: string) => Promise<string>;

export async function receive(
  sessions: Coordinator,
  sessionFile: string,
  message: string,
  answer: Answer,
): Promise<string> {
  const admission = await sessions.admit({ sessionFile, mode: 'steer', message });
  if (admission.outcome === 'steered') return 'noted'; // the run that is there will answer
  if (admission.outcome === 'busy') return `busy with a ${admission.holder.kind}`; // too many wait
  // A turn, or the place in the queue for one.
  return await sessions.run(admission.ticket, (run) => answer(run, message));
}
