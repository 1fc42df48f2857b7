import { describe, expect, it, vi } from 'vitest';
import type { MonitorOptions, Observed, RecoveryOutcome } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

const OBSERVED: Observed = { aborted: false, settled: true, revoked: false, nextGranted: false };
const ENDED: RecoveryOutcome = { status: 'ended', reason: 'stuck', observed: OBSERVED };

type Recover = Exclude<MonitorOptions['recover'], boolean | undefined>;

describe('the recover option of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('does nothing but tell where it is false', async () => {
    // Given a run that hangs, and a phantom
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, { recover: false });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When both are stuck
    await pass(60_000);
    // Then that is told, and nothing else happens
    expect(watch.told()).toEqual(['stuck k', 'stalled memory:a', 'stuck k', 'stuck memory:a']);
    expect([run.signal.aborted, run.yieldSignal.aborted]).toEqual([false, false]);
    expect(monitor.sessions()[0]).toMatchObject({ state: 'processing', health: 'stuck' });
    await run.release();
  });

  it.each([
    ['in the call', () => ENDED],
    ['later', () => Promise.resolve(ENDED)],
  ])(
    'may be a function that answers %s',
    async (_, answer: () => RecoveryOutcome | Promise<RecoveryOutcome>) => {
      // Given a way of the host's own to recover a session
      const recover = vi.fn<Recover>(answer);
      const monitor = watch.start(stage.open(), { recover });
      monitor.report({
        sessionKey: 'k',
        sessionId: 'i',
        sessionFile: 'memory:a',
        state: 'processing',
      });
      // When one is stuck
      await pass(30_000);
      // Then it was asked once, by all its names, and its answer was told
      const request = {
        sessionKey: 'k',
        sessionId: 'i',
        sessionFile: 'memory:a',
        silentMs: 60_000,
      };
      expect(recover.mock.calls).toEqual([[request]]);
      expect(watch.all('recovery-completed')).toMatchObject([{ request, outcome: ENDED }]);
    },
  );

  it('[S4] names exactly the run that was judged', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'r', sessionId: 'i' });
    await run.park(() => undefined);
    const recover = vi.fn<Recover>(() => ENDED);
    watch.start(sessions, { recover });
    await pass(60_000);
    expect(recover.mock.calls).toEqual([
      [{ runId: 'r', generation: 2, sessionFile: 'memory:a', sessionId: 'i', silentMs: 60_000 }],
    ]);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('is not asked for a session that is only stalled', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const recover = vi.fn<Recover>(() => ENDED);
    watch.start(sessions, { recover });
    await pass(50_000);
    expect(watch.told()).toEqual(['stalled memory:a']);
    expect(recover).not.toHaveBeenCalled();
    await run.release();
  });

  it.each([
    ['throws an error', () => raise(new Error('no')), 'no'],
    ['throws anything', () => raise('no'), 'no'],
    ['rejects', () => Promise.reject(new Error('no')), 'no'],
    ['answers nothing', () => undefined, 'expected an outcome'],
    ['answers null', () => null, 'expected an outcome'],
    ['answers later with nothing', () => Promise.resolve(undefined), 'expected an outcome'],
    ['answers true', () => true, 'expected an outcome'],
    ['answers an object without a status', () => ({}), 'expected an outcome'],
    ['answers an unknown status', () => ({ status: 'fine' }), 'expected an outcome'],
  ])('has failed where it %s', async (_, recover, message) => {
    // Given a function that does not do what it should, for a session and for a run
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, {
      recover: recover as unknown as Recover,
      intervalMs: Infinity,
    });
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 1 });
    await pass(60_000);
    // When the monitor looks
    await expect(monitor.check()).resolves.toBeUndefined();
    // Then that is the outcome of both, and nothing has changed
    const outcome = { status: 'failed', reason: 'exception' };
    expect(watch.all('recovery-completed')).toMatchObject([{ outcome }, { outcome }]);
    const errors = watch
      .all('recovery-completed')
      .map(({ outcome }) => Reflect.get(outcome, 'error'));
    expect(errors).toEqual([expect.any(Error), expect.any(Error)]);
    expect(String(errors[0])).toContain(message);
    expect(monitor.sessions()[0]).toMatchObject({ state: 'processing', queueDepth: 1 });
    await run.release();
  });

  it('has failed where the file that was reported names none any more', async () => {
    // Given a report whose file was a good name when it came
    const sessions = stage.open();
    const monitor = watch.start(sessions);
    const sessionFile = `/${'long/'.repeat(2_000)}a.jsonl`;
    monitor.report({ sessionKey: 'k', sessionFile, state: 'processing' });
    // When it is stuck, and the name is looked at
    await pass(30_000);
    // Then that is told, and the monitor goes on
    expect(watch.all('recovery-completed')).toMatchObject([
      { outcome: { status: 'failed', reason: 'exception', error: { reason: 'too-long' } } },
    ]);
    expect(monitor.sessions()).toHaveLength(1);
  });
});

function raise(reason: unknown): never {
  // eslint-disable-next-line typescript/only-throw-error -- what a host might do
  throw reason;
}
