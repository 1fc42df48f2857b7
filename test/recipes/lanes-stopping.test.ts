import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError, type MonitorEventType } from '../../src/index.js';
import {
  assertError,
  freshMarker,
  loopTurn,
  until,
  useSessions,
} from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { ticketIn } from './support/admissions.js';
import { startAnswering } from './support/answering.js';

const dir = useTempDir();
const sessions = useSessions();

/** How a run is stopped in a runner that has lanes, row by row of the README's table. */
describe('moving from lanes: stopping', () => {
  useFakeTime();

  it('[I1] /stop: the run on the file is stopped, whatever key it has', async () => {
    // Given a run under one key
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, sessionKey: 'chat:alice' });

    // When somebody stops the session that another key shows
    const outcome = await coordinator.interrupt({ sessionFile });

    // Then that run was told by whom, and has ended
    expect(outcome).toMatchObject({ status: 'ended', run: { sessionKey: 'chat:alice' } });
    expect(await first.outcome).toMatchObject({ why: 'user' });
    expect(outcome.run?.end).toBe('interrupted');
  });

  it('[I1] /stop: a message that waits is gone at once', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const second = ticketIn(await coordinator.admit({ sessionFile, sessionKey: 'chat:bob' }));

    const outcome = await coordinator.interrupt({ sessionKey: 'chat:bob' });

    expect(outcome.status).toBe('cancelled');
    await expect(second.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
    first.answer();
    expect(await first.outcome).toBe('reply');
  });

  it('[I3] still shutting down: a run that does not end loses its turn, and the message its wait', async () => {
    // Given a run that ignores its signal
    const coordinator = sessions.create({ settleMs: 15_000 });
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile }, { isDeaf: true });

    // When a message interrupts it, and the time to settle is over
    const second = await coordinator.admit({ sessionFile, mode: 'interrupt' });
    const served = coordinator.run(ticketIn(second), (run) => run.previous);
    await vi.advanceTimersByTimeAsync(15_000);

    // Then the message has its turn all the same
    expect(await served).toMatchObject({ runId: first.run.runId, end: 'revoked' });
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    first.answer();
    await until(() => coordinator.inspect().draining.length === 0);
  });

  it('[I1] clear the lane: every message that waits is cancelled, the run goes on', async () => {
    // Given a run, and two messages behind it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const waiting = [coordinator.acquire({ sessionFile }), coordinator.acquire({ sessionFile })];
    const rejected = Promise.allSettled(waiting);

    // When each of them is stopped
    const stops = coordinator.runs.waitingFor(sessionFile).map((run) => coordinator.interrupt(run));
    const outcomes = await Promise.all(stops);

    // Then they are gone, and nothing else
    expect(outcomes.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    expect((await rejected).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(first.run.signal.aborted).toBe(false);
    first.answer();
    await first.outcome;
  });

  it('[P8] reset: the live run is stopped, and who waits goes on in a new file', async () => {
    // Given a run, and a message that waits
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile }, { question: 'one' });
    const waiting = ticketIn(await coordinator.admit({ sessionFile }));

    // When the session is reset
    const reset = await coordinator.admit({ sessionFile, mode: 'interrupt', force: true });
    const next = dir.join('session-2.jsonl');
    await coordinator.run(ticketIn(reset), (run) => run.transcript.rotate(next));

    // Then the message that waited begins with nothing before it
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    await coordinator.run(waiting, async (run) => {
      expect(run.transcript.path).toBe(next);
      expect((await run.transcript.readRecords()).records).toEqual([]);
    });
  });

  it('[T8] wait for the run to end: giving up says so, and changes nothing', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, runId: 'first' });

    const inTime = coordinator.runs.whenEnded('first', { waitMs: 15_000 });
    await vi.advanceTimersByTimeAsync(15_000);

    expect(await inTime).toBe(false);
    expect(first.run.phase).toBe('prompting');
    first.answer();
    expect(await coordinator.runs.whenEnded('first')).toBe(true);
  });

  it('[S1] stuck-session recovery: a healthy run is named, a silent one is stopped', async () => {
    // Given a run, and a session under another key that looks stuck
    const coordinator = sessions.create({ settleMs: 15_000 });
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, runId: 'first' });
    const stuck = { sessionFile, sessionKey: 'cron:nightly', silentMs: 300_000 };

    // When it is to be recovered, first while that run moves, then when it has been silent
    const early = await coordinator.recover(stuck);
    await vi.advanceTimersByTimeAsync(300_000);
    const late = await coordinator.recover(stuck);

    // Then the outcome names the run, and says what became of it
    const found = { activeRunId: 'first', sessionFile };
    expect(early).toMatchObject({ status: 'skipped', reason: 'active_run', ...found });
    expect(late).toMatchObject({ status: 'ended', reason: 'stuck', ...found });
    expect(late.observed).toMatchObject({ aborted: true, settled: true, revoked: false });
    expect(await first.outcome).toMatchObject({ why: 'recovery' });
  });

  it('[S1] diagnostic heartbeat: a session that only its host knows is recovered by its file', async () => {
    // Given a run, and another key of its file that its host says is at work
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, runId: 'first' });
    using monitor = coordinator.monitor({ intervalMs: 30_000, warnAfterMs: 120_000 });
    const told: MonitorEventType[] = [];
    monitor.on('stuck', (event) => {
      told.push(event.type);
      expect(event.health).toBe('stuck');
    });
    monitor.on('recovery-requested', ({ type, request }) => {
      told.push(type);
      expect(request).toMatchObject({ sessionFile, sessionKey: 'cron:nightly' });
    });
    const outcomes: unknown[] = [];
    monitor.on('recovery-completed', ({ type, outcome }) => {
      told.push(type);
      outcomes.push(outcome);
    });
    monitor.report({ sessionKey: 'cron:nightly', sessionFile, state: 'processing' });

    // When nothing more is heard of it, while the run makes progress
    await vi.advanceTimersByTimeAsync(119_000);
    first.run.progress();
    await vi.advanceTimersByTimeAsync(1_000);
    await loopTurn();

    // Then recovery was asked for, and left that run alone
    expect(told).toEqual(['stuck', 'recovery-requested', 'recovery-completed']);
    expect(outcomes).toMatchObject([
      { status: 'skipped', reason: 'active_run', activeRunId: 'first' },
    ]);
    first.answer();
    await first.outcome;
  });

  it('[X1] drain before a restart: nothing new comes in, and what was cut is listed', async () => {
    // Given a run that ends when it is told to, and a message that waits
    const coordinator = sessions.create({ settleMs: 15_000 });
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, runId: 'first' });
    const waiting = coordinator.acquire({ sessionFile, runId: 'waiting' });
    const refusal = assertError(waiting, CoordinatorClosedError);

    // When the process goes down
    const closing = coordinator.close({ waitMs: 5_000 });
    await vi.advanceTimersByTimeAsync(5_000);

    // Then both are in the report
    expect(await closing).toMatchObject({
      ended: [{ runId: 'first', end: 'shutdown' }],
      revoked: [],
      cancelledWaiters: [{ runId: 'waiting' }],
    });
    expect(await first.outcome).toMatchObject({ why: 'shutdown' });
    await refusal;
  });
});
