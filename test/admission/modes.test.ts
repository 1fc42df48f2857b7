import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionMode, Coordinator } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { STATES } from './support/states.js';

type Row = readonly [state: keyof typeof STATES, mode: AdmissionMode, answer: string];

/** What each mode is answered, by the state in which the file is found. */
const ROWS: readonly Row[] = [
  ['free', 'queue', 'run'],
  ['free', 'steer', 'run'],
  ['free', 'interrupt', 'run'],
  ['free', 'skip', 'run'],
  ['held', 'queue', 'queued'],
  ['held', 'steer', 'queued'],
  ['held', 'interrupt', 'interrupting'],
  ['held', 'skip', 'busy held'],
  ['prompting', 'queue', 'queued'],
  ['prompting', 'steer', 'steered'],
  ['prompting', 'interrupt', 'interrupting'],
  ['prompting', 'skip', 'busy held'],
  ['told to stop', 'queue', 'queued'],
  ['told to stop', 'steer', 'queued'],
  ['told to stop', 'interrupt', 'interrupting'],
  ['told to stop', 'skip', 'busy held'],
  ['maintaining', 'queue', 'queued'],
  ['maintaining', 'steer', 'queued'],
  ['maintaining', 'interrupt', 'interrupting'],
  ['maintaining', 'skip', 'busy held'],
  ['finishing', 'queue', 'queued'],
  ['finishing', 'steer', 'queued'],
  ['finishing', 'interrupt', 'queued'],
  ['finishing', 'skip', 'busy held'],
  ['parked', 'queue', 'run'],
  ['parked', 'steer', 'run'],
  ['parked', 'interrupt', 'run'],
  ['parked', 'skip', 'run'],
  ['full', 'queue', 'busy queue-full'],
  ['full', 'steer', 'busy queue-full'],
  ['full', 'interrupt', 'busy queue-full'],
  ['full', 'skip', 'busy held'],
];

/** On a marker no section can be open, so no run is ever finishing. */
const ON_MARKERS = ROWS.filter(([state]) => state !== 'finishing');

function answerOf(admission: Admission): string {
  return admission.outcome === 'busy' ? `busy ${admission.reason}` : admission.outcome;
}

describe('admit()', () => {
  const dir = useTempDir();
  const stage = useStage();

  /** The answer, what is said of the holder, and who waits then. */
  async function look(sessions: Coordinator, sessionFile: string, [state, mode]: Row) {
    const end = await STATES[state](sessions, sessionFile);
    const admission = await sessions.admit({ sessionFile, mode, message: 1, runId: 'asked' });
    const waiting = sessions.runs.waitingFor(sessionFile).map(({ runId }) => runId);
    if ('ticket' in admission) admission.ticket.cancel();
    await end();
    return { answer: answerOf(admission), admission, waiting };
  }

  it.each(ROWS)('[R7] finds a file %s, in mode %s: %s', async (...row) => {
    const sessions = stage.open({ maxWaiting: 1 });

    const { answer, admission, waiting } = await look(sessions, dir.join('s.jsonl'), row);

    expect(answer).toBe(row[2]);
    const owner = answer === 'run' ? undefined : 'holder';
    expect('holder' in admission ? admission.holder.runId : undefined).toBe(owner);
    expect(waiting.includes('asked')).toBe(['queued', 'interrupting'].includes(answer));
    expect('whenFree' in admission).toBe(answer.startsWith('busy'));
  });

  it.each(ON_MARKERS)('[R7] finds a marker %s, in mode %s: %s', async (...row) => {
    const sessions = stage.open({ maxWaiting: 1 });

    expect((await look(sessions, 'memory:a', row)).answer).toBe(row[2]);
  });

  it('waits where no mode is named', async () => {
    const sessions = stage.open();
    const end = await STATES.prompting(sessions, 'memory:a');

    const admission = await sessions.admit({ sessionFile: 'memory:a', message: 1 });

    expect(admission.outcome).toBe('queued');
    if ('ticket' in admission) admission.ticket.cancel();
    await end();
  });

  it('shows the holder with its phase and its limits', async () => {
    const sessions = stage.open({ settleMs: 4_000, maxHoldMs: 50_000 });
    const end = await STATES.prompting(sessions, 'memory:a');

    const admission = await sessions.admit({ sessionFile: 'memory:a', mode: 'skip' });

    expect(admission).toMatchObject({
      outcome: 'busy',
      reason: 'held',
      holder: {
        runId: 'holder',
        phase: 'prompting',
        limits: { settleMs: 4_000, maxHoldMs: 50_000, stuckAfterMs: 900_000 },
        pid: process.pid,
      },
    });
    expect(JSON.parse(JSON.stringify(admission))).toEqual(
      expect.objectContaining({ outcome: 'busy', reason: 'held' }),
    );
    await end();
  });
});
