import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuestTranscript } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, hold, holdGuest, holdSection, stateNow, waitAsGuest } from './support/hold.js';

describe('queued writes', () => {
  const desk = useDesk();
  const unhandled = vi.fn();
  beforeEach(() => {
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });
  afterEach(() => {
    process.off('unhandledRejection', unhandled);
  });
  const failures = (): unknown[] =>
    desk.lines.filter(({ message }) => message === 'a queued write failed');

  it('the first begins in the call, the others in the order of the calls', async () => {
    // Given a write that is under way
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const first = createGate();
    const began = vi.fn();
    const outcomes = [1, 2, 3].map((n) =>
      run.transcript.enqueue(async (transcript) => {
        began(n);
        await (n === 1 ? first.opened : undefined);
        await transcript.append(n);
      }),
    );

    // When it goes on
    expect(began.mock.calls).toEqual([[1]]);
    first.open();
    await Promise.all(outcomes);

    // Then each begins behind the one before
    expect(began.mock.calls).toEqual([[1], [2], [3]]);
    expect(desk.records()).toEqual([1, 2, 3]);
    await run.release();
  });

  it('each settles with its own write, not with the queue', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const second = createGate();
    const first = run.transcript.enqueue((transcript) => transcript.append(1));
    const blocked = run.transcript.enqueue(() => second.opened);

    await first;

    expect(await stateNow(blocked)).toBe('pending');
    second.open();
    await blocked;
    await run.release();
  });

  it('each takes the gate for itself: others come in between', async () => {
    // Given two queued writes, and an append and a guest that asked while the first was inside
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const first = await hold<GuestTranscript>((code) =>
      run.transcript.enqueue(async (transcript) => {
        await code(transcript);
      }),
    );
    const second = run.transcript.enqueue((transcript) => transcript.append('queued'));
    const own = run.transcript.append('own');

    // When the first ends
    await first.inside.append('first');
    await first.leave();
    await Promise.all([second, own]);

    // Then the one that stood at the gate came first
    expect(desk.records()).toEqual(['first', 'own', 'queued']);
    await run.release();
  });

  it('one that is queued while a guest is inside waits for its end', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());

    const queued = run.transcript.enqueue((transcript) => transcript.append('queued'));

    expect(await stateNow(queued)).toBe('pending');
    await guest.inside.append('guest');
    await guest.leave();
    await queued;
    expect(desk.records()).toEqual(['guest', 'queued']);
    await run.release();
  });

  it('[F1] one that fails is told to whoever queued it, logged once, and holds up nobody', async () => {
    // Given a write that fails, with others before and behind it
    const run = await desk.open().acquire({ sessionFile: desk.file(), runId: 'me' });
    const before = run.transcript.enqueue((transcript) => transcript.append('before'));
    const cause = new Error('broken');
    const failing = run.transcript.enqueue(() => Promise.reject(cause));
    const behind = run.transcript.enqueue((transcript) => transcript.append('behind'));

    // When they run
    const error = await errorOf(failing);
    await Promise.all([before, behind]);

    // Then the error is there once for each who should know
    expect(error).toBe(cause);
    expect(failures()).toEqual([
      {
        level: 'error',
        facts: { runId: 'me', sessionFile: desk.file(), err: cause },
        message: 'a queued write failed',
      },
    ]);
    expect(desk.records()).toEqual(['before', 'behind']);
    await run.release();
  });

  it('one that fails while nobody listens is no unhandled rejection', async () => {
    // Given writes that fail in every way, and nobody who awaits them
    const sessions = desk.open();
    await sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.enqueue(() => Promise.reject(new Error('later')));
      void run.transcript.enqueue(() => {
        throw new Error('at once');
      });
      void run.transcript.enqueue((transcript) => transcript.append(undefined));
      void run.transcript.write(async () => {
        void run.transcript.enqueue(() => Promise.reject(new Error('inside')));
        await Promise.resolve();
      });
    });

    // When the process had time to notice
    await stateNow(new Promise(() => {}));

    // Then they are in the log only
    expect(unhandled).not.toHaveBeenCalled();
    expect(failures()).toHaveLength(4);
  });

  it('one that is refused as its run has ended is logged, and no unhandled rejection', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const { transcript } = run;
    await transcript.append('in time');
    await run.release();

    const late = transcript.enqueue((queued) => queued.append('late'));

    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    await stateNow(new Promise(() => {}));
    expect(unhandled).not.toHaveBeenCalled();
    expect(desk.records()).toEqual(['in time']);
  });

  it('[F3] one that is queued inside a section runs directly', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const outside = run.transcript.enqueue((transcript) => transcript.append('outside'));
    const guest = await waitAsGuest(sessions, run, { record: 'guest' });

    await section.within(() => run.transcript.enqueue((transcript) => transcript.append('inside')));

    expect(desk.records()).toEqual(['inside']);
    await section.leave();
    await Promise.all([outside, guest.outcome]);
    expect(desk.records()).toEqual(['inside', 'outside', 'guest']);
    await run.release();
  });

  it('one that queues another inside itself does not wait for itself', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    await run.transcript.enqueue(async (transcript) => {
      await transcript.append(1);
      await run.transcript.enqueue((inner) => inner.append(2));
    });

    expect(desk.records()).toEqual([1, 2]);
    await run.release();
  });

  it.each([[undefined], ['text'], [{}]])('%j is no write', async (write) => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    const outcome = run.transcript.enqueue(write as never);

    await expect(outcome).rejects.toBeInstanceOf(TypeError);
    await run.release();
  });
});
