import { describe, expect, it, vi } from 'vitest';
import { type Coordinator, RunInterruptedError, RunRevokedError } from '../../src/index.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import {
  createRescue,
  openMaintenance,
  openPrompt,
} from '../transcript/windows/support/windows.js';
import { errorOf } from './support/runs.js';

const FILE = 'memory:a';
const WHYS = [
  ['user', 'interrupted'],
  ['superseded', 'superseded'],
  ['timeout', 'interrupted'],
  ['shutdown', 'shutdown'],
] as const;

describe('the reason of an interrupt', () => {
  useFakeTime();
  const stage = useStage();

  it.each(WHYS)('[I6] %s is the same everywhere, to the end', async (why, end) => {
    // Given a run that prompts and maintains at once, and a rescue
    const sessions = stage.open();
    const { errors, rescue } = createRescue();
    const cause = new Error('what fired it');
    const finish = createGate();
    const signals: unknown[] = [];
    const outcome = sessions.run({ sessionFile: FILE, runId: 'a', rescue }, async (run) => {
      const prompt = await openPrompt(run);
      const maintenance = await openMaintenance(run, 60_000);
      run.signal.addEventListener('abort', () => signals.push(run.signal.reason));
      await finish.opened;
      signals.push(run.signal.reason, prompt.signal.reason, maintenance.signal.reason);
      prompt.end('of the prompt');
      maintenance.end();
      signals.push(await errorOf(prompt.outcome, Error));
      signals.push(await errorOf(maintenance.outcome, Error));
      return 'of the run';
    });
    const failed = errorOf(outcome, RunInterruptedError);
    await settled();

    // When it is interrupted
    const told = sessions.interrupt({ runId: 'a' }, { why, cause });
    await settled();
    finish.open();

    // Then signals, windows, the call, and rescue have one reason with its cause
    const reason = await failed;
    expect(reason).toMatchObject({ why, cause, runId: 'a', sessionFile: FILE });
    expect(signals).toEqual(Array(6).fill(reason));
    expect(signals.every((one) => one === reason)).toBe(true);
    expect(errors).toEqual([reason, reason, reason]);
    // And the events and the outcome tell the same
    expect(stage.events.filter((event) => 'why' in event)).toMatchObject([
      { type: 'signalled', why, eventId: reason.eventId },
      { type: 'ended', why, end, eventId: reason.eventId },
    ]);
    expect((await told).run).toMatchObject({ phase: 'ended', end });
    expect(sessions.inspect().counters.ends).toMatchObject({ [end]: 1 });
  });

  it.each(WHYS)('[I6] %s is kept where the turn was taken', async (why) => {
    // Given a run that ignores its signal
    const sessions = stage.open({ settleMs: 100 });
    const { errors, payloads, rescue } = createRescue();
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf', rescue });
    const cause = { by: 'a test' };

    // When it is interrupted, loses its turn, and ends much later with a result
    const told = sessions.interrupt({ runId: 'deaf' }, { why, cause });
    await vi.advanceTimersByTimeAsync(100);
    const failed = await errorOf(deaf.outcome, RunInterruptedError);
    deaf.end.open('late');
    await settled();

    // Then each callback has that reason, and what it still tries is refused for it
    expect(failed).toMatchObject({ why, cause });
    expect(deaf.run.signal.reason).toBe(failed);
    expect([payloads, errors]).toEqual([['late'], [failed]]);
    const used = await errorOf(
      deaf.run.prompt(() => 1),
      RunRevokedError,
    );
    expect(used.cause).toBe(failed);
    expect(stage.events.filter((event) => 'why' in event)).toMatchObject([
      { type: 'signalled', why },
      { type: 'revoked', why, eventId: failed.eventId },
      { type: 'ended', why, end: 'revoked', eventId: failed.eventId },
    ]);
    expect((await told).run?.end).toBe('revoked');
  });

  it('[I6] is read by whoever waits for the end', async () => {
    // Given somebody who waits for a run to end
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const ended = sessions.runs.whenEnded(run);
    // When it is interrupted and ends
    const told = sessions.interrupt(run, { why: 'timeout' });
    await run.release();
    // Then they are told, and the handle says why
    expect(await ended).toBe(true);
    expect(run).toMatchObject({ end: 'interrupted', signal: { reason: { why: 'timeout' } } });
    expect((await told).status).toBe('ended');
  });

  it('[I6] of the first interrupt stays, whatever comes after it', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const told = WHYS.map(([why]) => sessions.interrupt(run, { why, cause: why }));
    const closing = sessions.close({ waitMs: 0 });
    await settled();
    expect(run.signal.reason).toMatchObject({ why: 'user', cause: 'user' });
    await run.release();
    await Promise.all([...told, closing]);
    expect(run.end).toBe('interrupted');
  });

  it('is user where none is given, and says how long the run has', async () => {
    const sessions = stage.open({ settleMs: 90_000 });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const told = sessions.interrupt(run);
    const { why, cause, message } = run.signal.reason as RunInterruptedError;
    expect({ why, cause, message }).toEqual({
      why: 'user',
      cause: undefined,
      message:
        'Run a on "memory:a" was told to stop (user): ' +
        'it has 90 s to end by itself, then its turn is taken',
    });
    await run.release();
    await told;
  });

  it('tells it to a child that joined the run', async () => {
    // Given a run with a task that joined it
    const sessions: Coordinator = stage.open();
    const go = createGate();
    const joined: unknown[] = [];
    const outcome = sessions.run({ sessionFile: FILE, runId: 'host' }, async () => {
      const request = { sessionFile: FILE, onReentry: 'join' } as const;
      joined.push(
        await errorOf(
          sessions.run(request, async (run) => {
            await go.opened;
            joined.push(run.signal.reason);
          }),
          RunInterruptedError,
        ),
      );
    });
    const failed = errorOf(outcome, RunInterruptedError);
    await settled();
    // When the run is interrupted
    const told = sessions.interrupt({ runId: 'host' }, { why: 'superseded' });
    go.open();
    // Then both calls reject with the one reason
    const reason = await failed;
    expect(joined).toEqual([reason, reason]);
    expect((await told).run?.end).toBe('superseded');
  });
});
