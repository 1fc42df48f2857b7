import { describe, expect, it, vi } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, stateNow } from './support/hold.js';

describe('a task that leaves work behind', () => {
  const desk = useDesk();
  useFakeTime();

  it('[O5] run() ends behind a section that was not awaited', async () => {
    // Given a task that settles while a section of it is open
    const sessions = desk.open();
    const section = createGate();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.write(async () => {
        await section.opened;
        await run.transcript.append('section');
      });
      return 'value';
    });

    // When it has settled
    expect(await stateNow(outcome)).toBe('pending');
    expect(sessions.inspect().held).toMatchObject([{ phase: 'finishing' }]);
    section.open();

    // Then the run ends with the section, and as the task did
    expect(await outcome).toBe('value');
    expect(desk.records()).toEqual(['section']);
    expect(sessions.inspect().counters.ends.completed).toBe(1);
  });

  it('[O5] run() ends behind queued writes, in their order', async () => {
    const sessions = desk.open();
    const first = createGate();

    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.enqueue(async (transcript) => {
        await first.opened;
        await transcript.append(1);
      });
      void run.transcript.enqueue((transcript) => transcript.append(2));
      return 'value';
    });

    expect(await stateNow(outcome)).toBe('pending');
    first.open();
    expect(await outcome).toBe('value');
    expect(desk.records()).toEqual([1, 2]);
  });

  it('[O5] a task that fails ends behind them, too, and its error wins', async () => {
    const sessions = desk.open();
    const section = createGate();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.write(() => section.opened);
      throw new Error('task');
    });
    outcome.catch(() => {});

    expect(await stateNow(outcome)).toBe('pending');
    section.open();

    await expect(outcome).rejects.toThrow('task');
    expect(sessions.inspect().counters.ends.failed).toBe(1);
  });

  it('[O1] the next run is granted once they have ended, not before', async () => {
    const sessions = desk.open();
    const section = createGate();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.write(() => section.opened);
    });
    const next = sessions.acquire({ sessionFile: desk.file() });

    expect(await stateNow(next)).toBe('pending');
    section.open();
    await outcome;

    await (await next).release();
  });

  it.each([
    ['stuckAfterMs by default', {}],
    ['stuckAfterMs false', { stuckAfterMs: false }],
  ] as const)('[O5] what does not end is told to stop as stuck, with %s', async (_, options) => {
    // Given a task that left a section behind that hangs
    const sessions = desk.open({ settleMs: 1_000, ...options });
    const section = createGate();
    const rescue = vi.fn();
    const outcome = sessions.run({ sessionFile: desk.file(), runId: 'me', rescue }, (run) => {
      void run.transcript.write(() => section.opened).catch(() => {});
      return 'value';
    });
    outcome.catch(() => {});
    await until(() => sessions.inspect().held[0]?.phase === 'finishing');

    // When the time to settle has passed
    await vi.advanceTimersByTimeAsync(999);
    expect(sessions.inspect().held).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);

    // Then the turn is taken, and the result is saved
    const error = await errorOf(outcome);
    expect(error).toMatchObject({ why: 'stuck', result: 'value' });
    expect(rescue).toHaveBeenCalledExactlyOnceWith('value', error);
    const told = desk.told().filter((line) => !line.startsWith('requested'));
    expect(told).toEqual(['granted me', 'signalled me', 'revoked me', 'ended me']);
    section.open();
  });

  it('[O5] while they last the silence of the run does not count', async () => {
    const sessions = desk.open({ settleMs: 2_000, stuckAfterMs: 1_000 });
    const section = createGate();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.write(() => section.opened);
      return 'value';
    });
    await until(() => sessions.inspect().held[0]?.phase === 'finishing');

    await vi.advanceTimersByTimeAsync(1_500);
    section.open();

    expect(await outcome).toBe('value');
  });

  it('[I6] a signal that fires meanwhile decides how the run ended', async () => {
    // Given a run that is finishing
    const sessions = desk.open();
    const stop = new AbortController();
    const section = createGate();
    const outcome = sessions.run({ sessionFile: desk.file(), signal: stop.signal }, (run) => {
      void run.transcript.write(() => section.opened);
      return 'value';
    });
    outcome.catch(() => {});
    await until(() => sessions.inspect().held[0]?.phase === 'finishing');

    // When its caller aborts, and the section ends
    stop.abort();
    section.open();

    // Then it was aborted
    const error = await errorOf(outcome);
    expect(error).toMatchObject({ why: 'caller', result: 'value' });
    expect(sessions.inspect().counters.ends).toMatchObject({ aborted: 1, completed: 0 });
  });

  it('[O4] nothing new begins while it is finishing', async () => {
    const sessions = desk.open();
    const section = createGate();
    const late = createGate<Promise<unknown>[]>();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.write(() => section.opened);
      void until(() => run.phase === 'finishing').then(() => {
        const uses = [run.transcript.append(1), run.transcript.enqueue((t) => t.append(2))];
        late.open(uses.map(errorOf));
      });
    });

    const errors = await Promise.all(await late.opened);

    const ended = { code: 'ERR_SESSION_RUN_ENDED' };
    expect(errors).toMatchObject([ended, ended]);
    section.open();
    await outcome;
    expect(desk.records()).toEqual([]);
  });

  it('park() waits for sections and queued writes before it gives the turn up', async () => {
    // Given a run with a section under way and a write queued behind it
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = createGate();
    const open = run.transcript.write(() => section.opened);
    const queued = run.transcript.enqueue((transcript) => transcript.append('queued'));

    // When it parks
    const inside = vi.fn(() => desk.records());
    const parked = run.park(inside);

    // Then the file passes on after both
    expect(await stateNow(parked)).toBe('pending');
    expect(run.phase).toBe('active');
    section.open();
    expect(await parked).toEqual(['queued']);
    await Promise.all([open, queued]);
    await run.release();
  });

  it('park() that waits is over once the run has ended', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = createGate();
    const open = run.transcript.write(() => section.opened);
    const parked = errorOf(run.park(() => 'never'));

    const release = run.release();
    section.open();

    expect(await parked).toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    await Promise.all([open, release]);
  });
});
