import { describe, expect, it, vi } from 'vitest';
import type { MonitorEvent, Run } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { MONITOR_EVENTS, pass, useWatch } from './support/watch.js';

describe('a listener of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('is told of its own kind of event only, in the order in which listeners came', async () => {
    // Given two listeners of one event, one of another
    const monitor = watch.start(stage.open(), { recover: false });
    const told: string[] = [];
    monitor.on('stuck', ({ type }) => void told.push(`first ${type}`));
    monitor.on('stalled', ({ type }) => void told.push(`other ${type}`));
    monitor.on('stuck', ({ type }) => void told.push(`second ${type}`));
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    expect(told).toEqual(['first stuck', 'second stuck']);
  });

  it('is told twice where it was given twice, and once less when one of them is disposed of', async () => {
    const monitor = watch.start(stage.open(), { recover: false });
    const listener = vi.fn<() => void>();
    const first = monitor.on('stuck', listener);
    monitor.on('stuck', listener);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    expect(listener).toHaveBeenCalledTimes(2);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await pass(30_000);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it.each(MONITOR_EVENTS)(
    'that throws in %s, or rejects, changes nothing and is logged',
    async (type) => {
      // Given a run that moves for a while and then hangs, and listeners that fail
      const sessions = stage.open({ settleMs: 1_000 });
      const run = await sessions.acquire({ sessionFile: 'memory:a' });
      const monitor = watch.start(sessions);
      const error = new Error('listener');
      const after = vi.fn<(event: MonitorEvent) => void>();
      monitor.on(type, () => raise(error));
      monitor.on(type, rejecting(error));
      monitor.on(type, after);
      // When every kind of event was told
      await pass(25_000);
      run.progress();
      await pass(90_000);
      // Then the others were told too, and each failure is in the log with the event
      expect(run.end).toBe('revoked');
      const event = after.mock.calls[0]?.[0];
      expect(event?.type).toBe(type);
      const failures = stage.lines.filter(({ level }) => level === 'error');
      expect(failures.slice(0, 2)).toEqual(
        ['a listener of a monitor failed', 'a listener of a monitor failed'].map((message) => ({
          level: 'error',
          facts: { err: error, event },
          message,
        })),
      );
    },
  );

  it('may dispose of itself in the event that it is told', async () => {
    // Given a listener that wants one event only, before another
    const monitor = watch.start(stage.open(), { recover: false });
    const [once, always] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const listening = monitor.on('stuck', () => {
      once();
      listening[Symbol.dispose]();
    });
    monitor.on('stuck', always);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(60_000);
    expect([once, always].map(({ mock }) => mock.calls.length)).toEqual([1, 2]);
  });

  it('that is added in an event is told from the next one on', async () => {
    const monitor = watch.start(stage.open(), { recover: false });
    const late = vi.fn<() => void>();
    monitor.on('stuck', () => void monitor.on('stuck', late));
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    expect(late).not.toHaveBeenCalled();
    await pass(30_000);
    expect(late).toHaveBeenCalledOnce();
  });

  it.each([
    ['ends', (run: Run) => run.release()],
    ['parks', (run: Run) => run.park(() => undefined)],
  ])('that %s the run that it is told of has nobody asked to give way', async (_, leave) => {
    // Given a silent run, two that wait for its file, and a listener that has it leave
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const waiting = [1, 2].map(() => sessions.acquire({ sessionFile: 'memory:a' }));
    const left = createGate<Promise<unknown>>();
    watch.start(sessions).on('stalled', () => left.open(leave(run)));
    // When it is told of
    await pass(30_000);
    // Then nobody is asked: it owns nothing any more, and the next has just begun
    expect(stage.events.filter(({ type }) => type === 'yield-asked')).toEqual([]);
    for (const next of waiting) void next.then((owner) => owner.release());
    await left.opened;
    await run.release();
  });
});

/** What TypeScript lets pass as a listener, though it is asynchronous. */
function rejecting(error: Error): () => void {
  return (): unknown => Promise.reject(error);
}

function raise(error: Error): never {
  throw error;
}
