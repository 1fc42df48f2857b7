import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { ask, brief, startHeeding } from './support/runs.js';

const FILE = 'memory:a';

/** Each of these turns ends as soon as it begins; the order in which they began. */
function serveAll(granted: readonly Promise<Run>[]): { served: string[]; done: Promise<unknown> } {
  const served: string[] = [];
  const done = Promise.allSettled(
    granted.map(async (turn) => {
      const run = await turn;
      served.push(run.runId);
      await run.release();
    }),
  );
  return { served, done };
}

function line(sessions: Coordinator, names: readonly string[]): Promise<Run>[] {
  return names.map((runId) => ask(sessions, { sessionFile: FILE, runId }));
}

const HUNDRED = Array.from({ length: 100 }, (_, index) => `w${index}`);

describe('an interrupt', () => {
  useFakeTime();
  const stage = useStage();

  it('[I2] of an owner with a hundred waiting waits for none of them', async () => {
    // Given an owner, and a full queue
    const sessions = stage.open({ maxWaiting: 100 });
    await startHeeding(sessions, { sessionFile: FILE, runId: 'owner' });
    const { served, done } = serveAll(line(sessions, HUNDRED));
    const atEnd: unknown[] = [];

    // When the owner is interrupted
    const told = await sessions.interrupt({ sessionFile: FILE }).then((outcome) => {
      atEnd.push(sessions.runs.bySessionFile(FILE)?.runId, sessions.inspect().waiting.length);
      return outcome;
    });

    // Then the call is over while nearly all still wait, and all are served in order
    expect(brief(told)).toBe('ended owner');
    expect(told.waitedMs).toBe(0);
    expect(atEnd[0]).toMatch(/^w\d$/);
    expect(atEnd[1]).toBeGreaterThan(90);
    await done;
    expect(served).toEqual(HUNDRED);
  });

  it('[I2] works where the queue is full and refuses every request', async () => {
    const sessions = stage.open({ maxWaiting: 1, settleMs: 100 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const next = ask(sessions, { sessionFile: FILE, runId: 'next' });
    const told = sessions.interrupt({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(100);
    expect(brief(await told)).toBe('revoked deaf');
    await (await next).release();
    deaf.end.open(0);
    await vi.advanceTimersByTimeAsync(0);
  });

  it('[I3] grants the next in the step of the end, not later', async () => {
    // Given an owner, one behind it, and somebody who looks at the index at every event
    const owners: string[] = [];
    const sessions = stage.open({
      onEvent: ({ type }) => {
        owners.push(`${type}: ${sessions.runs.bySessionFile(FILE)?.runId}`);
      },
    });
    const { run } = await startHeeding(sessions, { sessionFile: FILE, runId: 'owner' });
    const next = ask(sessions, { sessionFile: FILE, runId: 'next' });
    owners.length = 0;

    // When the owner is interrupted
    await sessions.interrupt(run);

    // Then whoever hears of the end finds the next one there already
    expect(owners).toEqual(['signalled: owner', 'ended: next', 'granted: next']);
    await (await next).release();
  });

  it('[I3] grants the next in the step of the revocation', async () => {
    const owners: string[] = [];
    const sessions = stage.open({
      settleMs: 100,
      onEvent: ({ type }) => {
        owners.push(`${type}: ${sessions.runs.bySessionFile(FILE)?.runId}`);
      },
    });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const next = ask(sessions, { sessionFile: FILE, runId: 'next' });
    const told = sessions.interrupt({ runId: 'deaf' });
    owners.length = 0;
    await vi.advanceTimersByTimeAsync(100);
    expect(brief(await told)).toBe('revoked deaf');
    expect(owners).toEqual(['revoked: next', 'ended: next', 'granted: next']);
    await (await next).release();
    deaf.end.open(0);
    await vi.advanceTimersByTimeAsync(0);
  });

  it('keeps the order of those who wait, also when some of them are interrupted', async () => {
    // Given a line behind an owner
    const sessions = stage.open();
    await startHeeding(sessions, { sessionFile: FILE, runId: 'owner' });
    const { served, done } = serveAll(line(sessions, HUNDRED.slice(0, 6)));
    // When the first, the last, one between them and the owner are interrupted
    const targets = ['w0', 'w5', 'w2', 'owner'];
    const told = await Promise.all(targets.map((runId) => sessions.interrupt({ runId })));
    // Then the others are served as they came
    expect(told.map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'ended',
    ]);
    await done;
    expect(served).toEqual(['w1', 'w3', 'w4']);
  });

  it('of every run of a file in one go ends them all', async () => {
    const sessions = stage.open();
    await startHeeding(sessions, { sessionFile: FILE, runId: 'owner' });
    const { served, done } = serveAll(line(sessions, HUNDRED));
    const ids = [...HUNDRED, 'owner'];
    const told = await Promise.all(ids.map((runId) => sessions.interrupt({ runId })));
    await done;
    expect(served).toEqual([]);
    expect(told.filter(({ status }) => status === 'cancelled')).toHaveLength(100);
    expect(sessions.inspect().counters.cancelled).toBe(100);
  });
});
