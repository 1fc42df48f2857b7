import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Monitor, RecoveryOutcome } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { standStill, startHeedless } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('the events of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[S1] say all that is known of a run and of what its host said', async () => {
    // Given a run with all its names, one that waits, and a report of the same session
    const sessions = stage.open();
    const startedAtMs = Date.now();
    const run = await sessions.acquire({
      sessionFile: 'memory:a',
      sessionKey: 'k',
      sessionId: 'i',
      runId: 'r',
      kind: 'cron',
    });
    const waiting = sessions.acquire({ sessionFile: 'memory:a', kind: 'cron' });
    const monitor = watch.start(sessions, { recover: false });
    await pass(5_000);
    run.progress('tool');
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 3 });
    // When it has been silent for long enough
    await pass(35_000);
    // Then the event has all of that
    expect(watch.events.at(-1)).toEqual({
      type: 'stalled',
      atMs: startedAtMs + 40_000,
      sessionKey: 'k',
      sessionId: 'i',
      sessionFile: 'memory:a',
      state: 'processing',
      queueDepth: 3,
      health: 'stalled',
      reason: 'queued_behind_silent_work',
      ageMs: 35_000,
      silentMs: 35_000,
      reportedAtMs: startedAtMs + 5_000,
      run: {
        runId: 'r',
        generation: 1,
        sessionFile: 'memory:a',
        sessionKey: 'k',
        sessionId: 'i',
        kind: 'cron',
        phase: 'active',
        requestedAtMs: startedAtMs,
        grantedAtMs: startedAtMs,
        progressAtMs: startedAtMs + 5_000,
        progressNote: 'tool',
        waiting: 1,
      },
    });
    await run.release();
    await (await waiting).release();
  });

  it('say all that is known of a session without a run', async () => {
    const monitor = watch.start(stage.open(), { recover: false });
    const startedAtMs = Date.now();
    monitor.report({
      sessionKey: 'k',
      sessionId: 'i',
      sessionFile: new URL('file:///sessions/a%20b.jsonl'),
      state: 'idle',
      queueDepth: 2,
    });
    await pass(30_000);
    expect(watch.events).toEqual([
      {
        type: 'stuck',
        atMs: startedAtMs + 30_000,
        sessionKey: 'k',
        sessionId: 'i',
        sessionFile: '/sessions/a b.jsonl',
        state: 'idle',
        queueDepth: 2,
        health: 'stuck',
        reason: 'queued_work_without_active_run',
        ageMs: 30_000,
        reportedAtMs: startedAtMs,
      },
    ]);
  });

  it('have no field for what is not known', async () => {
    // Given a run with no label, and a session of which only its key is known
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, { recover: false });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    const [reported, owned] = watch.events.map((event) => Object.keys(event).toSorted());
    expect(reported).toEqual([
      'ageMs',
      'atMs',
      'health',
      'queueDepth',
      'reason',
      'reportedAtMs',
      'sessionKey',
      'state',
      'type',
    ]);
    expect(owned).toEqual([
      'ageMs',
      'atMs',
      'health',
      'queueDepth',
      'reason',
      'run',
      'sessionFile',
      'silentMs',
      'state',
      'type',
    ]);
    await run.release();
  });

  it('are the same after a way through JSON', async () => {
    // Given a run that hangs, and a phantom on its file that was reported as a URL
    const sessions = stage.open({ settleMs: 5_000 });
    const hung = await startHeedless(sessions, { sessionFile: 'memory:a', sessionKey: 'A' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'B', sessionFile: new URL('memory:a'), state: 'processing' });
    // When all of them were told, at no whole millisecond of the clock
    standStill(0.4);
    await pass(65_000);
    // Then nothing is lost on the way, and whole milliseconds are told
    const types = ['stuck', 'recovery-requested', 'recovery-completed', 'stalled'];
    expect(new Set(watch.events.map(({ type }) => type))).toEqual(new Set(types));
    expect(JSON.parse(JSON.stringify(watch.events))).toEqual(watch.events);
    const times = watch.events.flatMap(({ atMs, ageMs, silentMs = 0 }) => [atMs, ageMs, silentMs]);
    expect(times.every(Number.isInteger)).toBe(true);
    hung.end.open(undefined);
    await hung.outcome.catch(() => undefined);
  });

  it('are told as what they were, though the run goes on', async () => {
    // Given an event of a silent run
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions, { recover: false });
    await pass(30_000);
    const before = JSON.stringify(watch.events);
    // When the run moves and ends
    run.progress('later');
    await run.release();
    // Then the event is what it was
    expect(JSON.stringify(watch.events)).toBe(before);
  });

  it('have a type of their own for each kind', () => {
    const listen = (monitor: Monitor): void => {
      monitor.on('stuck', (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'stuck'>();
        expectTypeOf(event.queueDepth).toEqualTypeOf<number>();
      });
      monitor.on('recovery-completed', (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'recovery-completed'>();
        expectTypeOf(event.outcome).toEqualTypeOf<RecoveryOutcome>();
      });
    };
    expectTypeOf(listen).toBeFunction();
  });
});
