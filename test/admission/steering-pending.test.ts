import { describe, expect, it, vi } from 'vitest';
import type { Admission, AdmitRequest, Coordinator } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { linesOf } from '../transcript/windows/support/windows.js';
import { ask, serve, startPondering } from './support/scene.js';

const FILE = 'memory:a';
const STEER: AdmitRequest = { sessionFile: FILE, mode: 'steer', message: 1, runId: 'm' };
const TOO_LATE = {
  level: 'warn',
  message: 'a message was taken too late: its request is over, or has a turn of its own',
  facts: { runId: 'm', holderRunId: 'holder', sessionFile: FILE },
};

type Pondering = Awaited<ReturnType<typeof startPondering>>;

/** What may become of a holder that has not said yet whether it takes a message. */
const ENDS: Readonly<Record<string, (sessions: Coordinator, holder: Pondering) => unknown>> = {
  ends: (_, { run }) => run.release(),
  fails: (_, { run }) => run.release({ error: new Error('no') }),
  'is interrupted and revoked': async (sessions) => {
    const outcome = sessions.interrupt({ runId: 'holder' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await outcome).status).toBe('revoked');
  },
  'is revoked as stuck': () => vi.advanceTimersByTimeAsync(6_000),
};

/** What may become of the request meanwhile, and what its sender is told. */
const GIVEN_UP: Readonly<
  Record<string, readonly [act: (sessions: Coordinator, stop: AbortController) => unknown, object]>
> = {
  'its sender gives up': [
    (_, stop) => {
      stop.abort(new Error('never mind'));
    },
    { code: 'ERR_SESSION_WAIT_ABORTED', cause: new Error('never mind') },
  ],
  'its time is up': [
    () => vi.advanceTimersByTimeAsync(500),
    { code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 500, position: 1, queueLength: 1 },
  ],
  'it is interrupted': [
    (sessions) => sessions.interrupt({ runId: 'm' }),
    { code: 'ERR_SESSION_WAIT_ABORTED', cause: { why: 'user' } },
  ],
};

describe('a message that a run thinks about', () => {
  useFakeTime();
  const stage = useStage();
  const open = () => stage.open({ settleMs: 1_000, stuckAfterMs: 5_000 });

  it('waits for the answer, and nobody is told anything before', async () => {
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });

    const admission = sessions.admit(STEER);
    expect(await stateOf(admission)).toBe('pending');
    expect(sessions.runs.waitingFor(FILE)).toMatchObject([{ runId: 'm', phase: 'waiting' }]);

    holder.answer.open(true);
    expect((await admission).outcome).toBe('steered');
    await holder.end();
  });

  it.each(Object.entries(ENDS))('[R1] [R7] has a turn where that run %s', async (_, end) => {
    // Given a message in the hands of a run that does not answer
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    await settled();

    // When that run ends in some way
    await end(sessions, holder);

    // Then it is served as what waited
    const answer = (await admission) as Extract<Admission, { outcome: 'queued' }>;
    expect(answer).toMatchObject({
      outcome: 'queued',
      ahead: 0,
      holder: { runId: 'holder', phase: 'prompting' },
      ticket: { state: 'granted' },
    });
    expect(await serve(answer.ticket)).toBe('m');
    // And what the run says then changes nothing
    holder.answer.open(true);
    await settled();
    expect(linesOf(stage)).toEqual([TOO_LATE]);
    expect(sessions.inspect().counters).toMatchObject({ steered: 0, granted: 2 });
    await holder.end();
  });

  it('[R1] has a turn where that run parks, and is not taken from it any more', async () => {
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    await settled();

    const parked = holder.run.park(() => settled(100));
    const answer = (await admission) as Extract<Admission, { outcome: 'queued' }>;
    expect(answer).toMatchObject({ outcome: 'queued', ticket: { state: 'granted' } });
    holder.answer.open(true);
    await settled();

    expect(linesOf(stage)).toEqual([TOO_LATE]);
    expect(await serve(answer.ticket)).toBe('m');
    await parked;
    await holder.end();
  });

  it.each(Object.entries(GIVEN_UP))('is over where %s', async (_, [giveUp, error]) => {
    // Given a message in the hands of a run that does not answer
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const sender = createCountingController();
    const admission = sessions.admit({ ...STEER, waitMs: 500, signal: sender.signal });
    admission.catch(() => {});
    await settled();

    await giveUp(sessions, sender);

    expect(await stateOf(admission)).toMatchObject({ error });
    expect(sessions.runs.waitingFor(FILE)).toEqual([]);
    expect(sender.signal.listeners).toBe(0);
    holder.answer.open(true);
    await settled();
    expect(linesOf(stage)).toEqual([TOO_LATE]);
    expect(sessions.inspect().counters.steered).toBe(0);
    await holder.end();
  });

  it('is over where its coordinator closes', async () => {
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    admission.catch(() => {});
    await settled();

    const closed = sessions.close();

    expect(await stateOf(admission)).toMatchObject({ error: { code: 'ERR_SESSION_CLOSED' } });
    holder.answer.open(new Error('no inbox'));
    await holder.end();
    expect((await closed).cancelledWaiters).toMatchObject([{ runId: 'm' }]);
  });

  it('is taken from it once more requests than one wait behind', async () => {
    const sessions = open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    await settled();
    const behind = await ask(sessions, { sessionFile: FILE, runId: 'behind' }, 'queued');

    holder.answer.open(true);

    expect((await admission).outcome).toBe('steered');
    expect(sessions.runs.waitingFor(FILE).map(({ runId }) => runId)).toEqual(['behind']);
    await holder.end();
    await serve(behind.ticket);
  });
});
