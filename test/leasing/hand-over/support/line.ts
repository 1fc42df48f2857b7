import type { Coordinator, Run } from '../../../../src/index.js';
import { until } from '../../../runs/support/sessions.js';
import { createGate, type Gate } from '../../../support/gate.js';

/** So many runs that wait, with the first turn not ended before the gate is open. */
export async function line(
  sessions: Coordinator,
  sessionFile: string,
  count: number,
  tokens: string[],
): Promise<{ readonly go: Gate<void>; readonly ended: Promise<unknown> }> {
  const go = createGate();
  const task = async (run: Run): Promise<void> => {
    tokens.push(run.fencingToken ?? 'none');
    await go.opened;
  };
  const ids = Array.from({ length: count }, (_, index) => `run ${index + 1}`);
  const ended = Promise.all(ids.map((runId) => sessions.run({ sessionFile, runId }, task)));
  await until(() => sessions.runs.size === count);
  return { go, ended };
}
