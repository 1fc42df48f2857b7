import { describe, expect, it } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('what a monitor never condemns', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[R10][T6] a run that is parked, whatever was reported of it', async () => {
    // Given a run that gave its turn up for long
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k' });
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 3 });
    // When it takes very long
    await pass(500_000);
    // Then nothing is told of it but that it waits
    expect(watch.events).toEqual([]);
    expect(monitor.sessions()).toMatchObject([{ health: 'waiting', state: 'waiting' }]);
    gate.open();
    await parked;
    await run.release();
  });

  it('[R10] a run that waits behind one that hangs, while that one is recovered', async () => {
    // Given a run that waits under its own key, and was reported to work
    const sessions = stage.open({ settleMs: 5_000 });
    const owner = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'A' });
    const waiting = sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'B', runId: 'b' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'B', sessionFile: 'memory:a', state: 'processing' });
    // When the owner has lost its turn
    await pass(65_000);
    // Then the one that waited has it, and nobody has asked for its recovery
    const run = await waiting;
    expect([owner.end, run.phase]).toEqual(['revoked', 'active']);
    expect(watch.all('recovery-requested').map(({ request }) => request.sessionKey)).toEqual(['A']);
    await run.release();
  });

  it('[T6] a run that maintains, which has a clock of its own', async () => {
    // Given a compaction that takes its time, and says how much
    const sessions = stage.open();
    const gate = createGate();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const maintained = run.maintain(() => gate.opened, { deadlineMs: 600_000 });
    const waiting = sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions);
    // When it is silent for longer than any run may be
    await pass(500_000);
    // Then it is told to last long, and left alone
    expect(new Set(watch.told())).toEqual(new Set(['long-running memory:a']));
    expect([run.signal.aborted, run.yieldSignal.aborted]).toEqual([false, false]);
    gate.open();
    await maintained;
    await run.release();
    await (await waiting).release();
  });

  it('[T6] silence that an open prompt has declared', async () => {
    // Given a tool that says that it is silent for three minutes
    const sessions = stage.open();
    const gate = createGate();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const prompted = run.prompt(() => gate.opened, { silentMs: 180_000 });
    watch.start(sessions);
    // When it is, to the last moment
    await pass(179_000);
    expect(new Set(watch.told())).toEqual(new Set(['long-running memory:a']));
    // Then it is told of at the first look after that
    await pass(1_000);
    expect(watch.told().slice(-2)).toEqual(['stuck memory:a', 'recovery-requested memory:a']);
    gate.open();
    await prompted.catch(() => undefined);
    await run.release();
  });

  it('[T6] silence within what the request of a run has asked for itself', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', stuckAfterMs: 200_000 });
    watch.start(sessions, { recover: false });
    await pass(190_000);
    expect(new Set(watch.told())).toEqual(new Set(['long-running memory:a']));
    await pass(9_999);
    await run.release();
  });

  it('a session that waits for others, as its host says', async () => {
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'waiting', queueDepth: 3 });
    await pass(500_000);
    expect(watch.events).toEqual([]);
    expect(monitor.sessions()).toMatchObject([{ health: 'waiting', queueDepth: 3 }]);
  });
});
