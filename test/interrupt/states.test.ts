import { describe, expect, it, vi } from 'vitest';
import { RunInterruptedError } from '../../src/index.js';
import { settled, startHeedless, stateOf } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { openMaintenance, openPrompt } from '../transcript/windows/support/windows.js';
import { ask, brief, errorOf, stepped } from './support/runs.js';

const FILE = 'memory:a';

describe('an interrupt of a run', () => {
  useFakeTime();
  const stage = useStage();

  it('[I1] that is active fires its signal in the call', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const told = sessions.interrupt({ runId: 'a' });
    expect(run.signal.aborted).toBe(true);
    await run.release();
    expect(await told).toMatchObject({
      status: 'ended',
      settled: true,
      run: { runId: 'a', phase: 'ended', end: 'interrupted', generation: 1 },
    });
  });

  it('[I1] whose signal nobody has looked at yet fires it all the same', async () => {
    // Given a run that was interrupted before anybody took its signal
    const sessions = stage.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: FILE });
    const told = sessions.interrupt({ sessionFile: FILE });
    await settled();
    // When somebody takes it
    const { aborted, reason } = run.signal;
    // Then it has fired
    expect([aborted, (reason as RunInterruptedError).why]).toEqual([true, 'user']);
    await run.release();
    await told;
  });

  it('[I1] that prompts ends its prompt', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const window = await openPrompt(run);
    expect(run.phase).toBe('prompting');
    const told = sessions.interrupt({ runId: 'a' });
    expect(window.signal.aborted).toBe(true);
    window.end('late');
    await expect(window.outcome).rejects.toBe(run.signal.reason);
    await run.release();
    expect(brief(await told)).toBe('ended a');
  });

  it('[I1] that maintains ends its maintenance', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const window = await openMaintenance(run, 60_000);
    expect(run.phase).toBe('maintaining');
    const told = sessions.interrupt({ runId: 'a' });
    expect(window.signal.reason).toBe(run.signal.reason);
    window.end();
    await expect(window.outcome).rejects.toBe(run.signal.reason);
    await run.release();
    expect(brief(await told)).toBe('ended a');
  });

  it('[I1] that is parked reaches it, and it does not get its turn back', async () => {
    // Given a parked run, and another one that owns the file meanwhile
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'parked' });
    const stay = createGate();
    const back = run.park(() => stay.opened);
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });

    // When the parked one is interrupted, and what it waited for comes
    const told = sessions.interrupt({ runId: 'parked' });
    expect(run.signal.aborted).toBe(true);
    stay.open();

    // Then it is told, ends, and the owner goes on
    expect(await errorOf(back, RunInterruptedError)).toBe(run.signal.reason);
    await run.release();
    expect(await told).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
  });

  it('[I1] that is parked and does not come back takes what it has left', async () => {
    const sessions = stage.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'parked' });
    const stay = createGate();
    const back = run.park(() => stay.opened);
    await settled();
    const told = sessions.interrupt({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(100);
    expect(brief(await told)).toBe('revoked parked');
    stay.open();
    await errorOf(back, Error);
    expect(sessions.inspect().parked).toEqual([]);
  });

  it('[I1] that comes back from park stops its wait at once', async () => {
    // Given a parked run that waits for its turn behind an owner
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'parked' });
    const stay = createGate();
    const back = run.park(() => stay.opened);
    const owner = await sessions.acquire({ sessionFile: FILE });
    stay.open();
    await settled();
    expect(sessions.runs.waitingFor(FILE).map(({ runId }) => runId)).toEqual(['parked']);

    // When it is interrupted
    const told = sessions.interrupt({ runId: 'parked' });

    // Then it does not wait any more, and is told why; it ends by itself
    expect(sessions.runs.waitingFor(FILE)).toEqual([]);
    expect(await errorOf(back, RunInterruptedError)).toMatchObject({ why: 'user' });
    expect(stage.told()).toContain('resume-failed parked');
    await run.release();
    expect(brief(await told)).toBe('ended parked');
    await owner.release();
  });

  it('that was told to stop before by its caller keeps that reason', async () => {
    // Given a run whose caller gave up
    const sessions = stage.open();
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    caller.abort('the caller');
    // When it is interrupted on top
    const told = sessions.interrupt({ sessionFile: FILE }, { why: 'timeout', cause: 'late' });
    await run.release();
    // Then it has ended for its caller, and was told once
    expect((await told).run?.end).toBe('aborted');
    expect(run.signal.reason).toMatchObject({ why: 'caller', cause: 'the caller' });
    expect(stage.events.filter(({ type }) => type === 'signalled')).toHaveLength(1);
  });

  it('[I4] whose turn was taken while its task goes on finds nobody', async () => {
    // Given a run that was revoked, whose task still runs
    const sessions = stage.open({ settleMs: 0 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    expect(brief(await stepped(sessions.interrupt({ runId: 'deaf' })))).toBe('revoked deaf');
    expect(sessions.inspect().draining).toHaveLength(1);
    const next = await sessions.acquire({ sessionFile: FILE });
    // When it is interrupted again, by all that is known of it
    const told = await sessions.interrupt(deaf.run);
    // Then nobody is told to stop
    expect(told).toEqual({ status: 'not-running', settled: false, waitedMs: 0 });
    expect(next.signal.aborted).toBe(false);
    await next.release();
    deaf.end.open(0);
    await settled();
  });

  it('[I4] that has ended finds nobody, and leaves its successor alone', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const next = ask(sessions, { sessionFile: FILE });
    await run.release();
    expect(brief(await sessions.interrupt(run))).toBe('not-running');
    expect((await next).signal.aborted).toBe(false);
    expect(await stateOf(next)).toMatchObject({ value: { phase: 'active' } });
    await (await next).release();
  });
});
