import { describe, expect, it, vi } from 'vitest';
import type { Observed, RecoveryOutcome, RecoveryRequest } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { startHeedless } from '../../ownership/support/steps.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

const NOTHING: Observed = { aborted: false, settled: false, revoked: false, nextGranted: false };
const ENDED: RecoveryOutcome = { status: 'ended', reason: 'stuck', observed: NOTHING };

describe('what a recovery came to', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('settles a phantom to idle, with nothing queued, where nobody has its file', async () => {
    // Given a session that is reported to work, of which no run is alive
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 4 });
    // When it is found stuck
    await pass(30_000);
    // Then it is idle from then on, and told of no more
    expect(watch.told()).toEqual(['stuck k', 'recovery-requested k', 'recovery-completed k']);
    expect(watch.all('recovery-completed')).toMatchObject([
      { isStale: false, outcome: { status: 'noop', reason: 'no_active_work' } },
    ]);
    expect(monitor.sessions()).toMatchObject([
      { sessionKey: 'k', state: 'idle', queueDepth: 0, health: 'healthy' },
    ]);
    await pass(300_000);
    expect(watch.events).toHaveLength(3);
  });

  it('settles messages that are kept for a session which nobody works on', async () => {
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'idle', queueDepth: 2 });
    await pass(30_000);
    expect(watch.all('stuck')).toMatchObject([
      { state: 'idle', queueDepth: 2, reason: 'queued_work_without_active_run' },
    ]);
    expect(monitor.sessions()).toMatchObject([{ queueDepth: 0, health: 'healthy' }]);
  });

  it.each([
    ['ended', 3, 2],
    ['revoked', 3, 2],
    ['ended', 1, 0],
    ['ended', 0, 0],
  ] as const)(
    '%s leaves a session idle, with one message less than %d',
    async (status, depth, left) => {
      const outcome: RecoveryOutcome = { ...ENDED, status };
      const monitor = watch.start(stage.open(), { recover: () => outcome });
      monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: depth });
      await pass(30_000);
      expect(watch.all('recovery-completed')).toMatchObject([{ isStale: false, outcome }]);
      expect(monitor.sessions()).toMatchObject([{ state: 'idle', queueDepth: left }]);
    },
  );

  it('lets a session with nothing queued be forgotten like any that is idle', async () => {
    const monitor = watch.start(stage.open(), { recover: () => ENDED });
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 0 });
    await pass(30_000);
    await pass(30 * 60_000);
    expect(monitor.sessions()).toEqual([]);
  });

  it.each([
    { ...ENDED, status: 'still-held' },
    { status: 'skipped', reason: 'active_run', observed: NOTHING },
    { status: 'skipped', reason: 'already_in_flight', observed: NOTHING },
    { status: 'failed', reason: 'exception', error: new Error('x'), observed: NOTHING },
  ] as const)('$status leaves a session as it was reported', async (outcome) => {
    const monitor = watch.start(stage.open(), { recover: () => outcome });
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 3 });
    await pass(30_000);
    expect(monitor.sessions()).toMatchObject([{ state: 'processing', queueDepth: 3 }]);
  });

  it.each([
    ['of the same state', { sessionKey: 'k', state: 'processing' }],
    ['by another name', { sessionId: 'i', state: 'processing' }],
  ] as const)('is stale, and changes nothing, after a report %s meanwhile', async (_, report) => {
    // Given a recovery under way
    const gate = createGate();
    const recover = async (): Promise<RecoveryOutcome> => {
      await gate.opened;
      return ENDED;
    };
    const monitor = watch.start(stage.open(), { recover });
    monitor.report({ sessionKey: 'k', sessionId: 'i', state: 'processing', queueDepth: 3 });
    await pass(30_000);
    // When the session is reported again before it comes back
    monitor.report({ ...report, queueDepth: 3 });
    gate.open();
    await pass(0);
    // Then it says so, and the report stands
    expect(watch.all('recovery-completed')).toMatchObject([{ isStale: true }]);
    expect(monitor.sessions()).toMatchObject([{ state: 'processing', queueDepth: 3 }]);
  });

  it('is stale where the session was made one with another meanwhile', async () => {
    // Given the recovery of a session that is known by its id, and another known by its key
    const gate = createGate();
    const recover = async ({ sessionId }: RecoveryRequest): Promise<RecoveryOutcome> => {
      if (sessionId !== undefined) await gate.opened;
      return ENDED;
    };
    const monitor = watch.start(stage.open(), { recover });
    monitor.report({ sessionId: 'i', state: 'processing' });
    monitor.report({ sessionKey: 'k', state: 'waiting' });
    await pass(30_000);
    // When a report says that they are one
    monitor.report({ sessionKey: 'k', sessionId: 'i', state: 'processing', queueDepth: 3 });
    gate.open();
    await pass(0);
    // Then something was reported of it meanwhile
    expect(watch.all('recovery-completed')).toMatchObject([{ isStale: true }]);
    expect(monitor.sessions()).toMatchObject([{ state: 'processing', queueDepth: 3 }]);
  });

  it('is told with the session as it is then, not as it was judged', async () => {
    // Given a run that hangs, reported under its key
    const sessions = stage.open({ settleMs: 5_000 });
    const hung = await startHeedless(sessions, { sessionFile: 'memory:a', sessionKey: 'k' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 2 });
    // When its turn was taken
    await pass(65_000);
    // Then the session has no run any more, and is at nothing
    const [completed] = watch.all('recovery-completed');
    expect(completed).toMatchObject({ outcome: { status: 'revoked' }, isStale: false });
    expect(completed).toMatchObject({
      sessionKey: 'k',
      state: 'idle',
      queueDepth: 1,
      reason: 'queued_work_without_active_run',
    });
    expect(completed?.run).toBeUndefined();
    hung.end.open(undefined);
    await vi.waitFor(() => expect(sessions.inspect().draining).toEqual([]));
  });

  it('is told of a run that nothing was reported of without a run once that has ended', async () => {
    // Given a run that hangs, of which nothing was reported
    const sessions = stage.open({ settleMs: 5_000 });
    const hung = await startHeedless(sessions, { sessionFile: 'memory:a', sessionKey: 'k' });
    watch.start(sessions);
    // When its turn was taken
    await pass(65_000);
    // Then what is told is neither stuck nor alive
    const [completed] = watch.all('recovery-completed');
    expect(completed).toMatchObject({
      sessionKey: 'k',
      sessionFile: 'memory:a',
      health: 'healthy',
    });
    expect(completed).toMatchObject({ state: 'idle' });
    expect(completed?.run).toBeUndefined();
    hung.end.open(undefined);
    await vi.waitFor(() => expect(sessions.inspect().draining).toEqual([]));
  });

  it('is told with the next run of the session where that has the file by then', async () => {
    // Given a run that hangs, and the next one of the same session behind it
    const sessions = stage.open({ settleMs: 5_000 });
    const request = { sessionFile: 'memory:a', sessionKey: 'k' };
    const hung = await startHeedless(sessions, { ...request, runId: 'hung' });
    const waiting = sessions.acquire({ ...request, runId: 'next' });
    watch.start(sessions).report({ sessionKey: 'k', state: 'processing' });
    // When the turn was taken
    await pass(65_000);
    // Then the outcome names the one, and the session is at the other
    expect(watch.all('recovery-completed')).toMatchObject([
      {
        outcome: { status: 'revoked', activeRunId: 'hung', observed: { nextGranted: true } },
        state: 'processing',
        health: 'healthy',
        run: { runId: 'next', phase: 'active' },
      },
    ]);
    await (await waiting).release();
    hung.end.open(undefined);
    await vi.waitFor(() => expect(sessions.inspect().draining).toEqual([]));
  });
});
