import { describe, expect, it, vi } from 'vitest';
import { RunInterruptedError } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { until } from '../runs/support/sessions.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { holdSection } from '../transcript/gate/support/hold.js';
import { createRescue } from '../transcript/windows/support/windows.js';
import { createGate } from '../support/gate.js';
import { brief, errorOf } from './support/runs.js';

describe('an interrupt of a run that finishes', () => {
  useFakeTime();
  const desk = useDesk();

  it('[I1] waits for its section, and it ends as interrupted', async () => {
    // Given a run that was released while its section is open
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'a' });
    const section = await holdSection(run);
    const released = run.release();
    expect(run.phase).toBe('finishing');

    // When it is interrupted, and the section ends
    const told = sessions.interrupt({ runId: 'a' });
    await section.leave();

    // Then it has ended by itself, for that reason
    expect(await told).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
    await released;
  });

  it('takes its turn where the section does not end in time', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'a' });
    const section = await holdSection(run);
    const released = run.release();
    const told = sessions.interrupt({ runId: 'a' }, { settleMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    expect(brief(await told)).toBe('revoked a');
    await released;
    await section.leave();
  });

  it('[I5] keeps its result from being told as a success, and rescues it', async () => {
    // Given a task that has returned, whose queued write is still under way
    const sessions = desk.open();
    const { payloads, errors, rescue } = createRescue();
    const slow = createGate();
    const request = { sessionFile: desk.seed(''), runId: 'a', rescue };
    const outcome = sessions.run(request, (run) => {
      void run.transcript.enqueue(async () => await slow.opened);
      return 'the reply';
    });
    const failed = errorOf(outcome, RunInterruptedError);
    await until(() => sessions.runs.byRunId('a')?.phase === 'finishing');

    // When it is interrupted, and the write ends
    const told = sessions.interrupt({ runId: 'a' });
    slow.open();

    // Then its caller has the reason, and rescue the result
    expect(brief(await told)).toBe('ended a');
    const error = await failed;
    expect(error).toMatchObject({ why: 'user' });
    expect([payloads, errors]).toEqual([['the reply'], [error]]);
  });
});
