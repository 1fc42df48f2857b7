import { describe, expect, it, vi } from 'vitest';
import { DeadlockError } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { createGate } from '../support/gate.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { ask, askToWait, NAMES, serve } from './support/scene.js';

const FILE = 'memory:a';
const SKIP = { sessionFile: FILE, mode: 'skip' } as const;

describe.each(NAMES)('whenFree() of %s', (name) => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();
  const fileOf = (): string => (name.startsWith('memory:') ? name : dir.join(name));

  it('[R6] tells when nobody owns the file any more', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile });
    const { whenFree } = await ask(sessions, { sessionFile, mode: 'skip' }, 'busy');
    const free = whenFree();
    expect(await stateOf(free)).toBe('pending');

    await run.release();

    expect(await free).toBe(true);
    const { ticket } = await ask(sessions, { sessionFile, mode: 'skip' }, 'run');
    await serve(ticket);
  });

  it('[R6] goes on waiting while the next in line has the file', async () => {
    // Given a run that waits before somebody is turned away
    const sessions = stage.open();
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile });
    const next = sessions.acquire({ sessionFile });
    const { whenFree } = await ask(sessions, { sessionFile, mode: 'skip' }, 'busy');
    const free = whenFree();
    await settled();

    // When the file passes on to it
    await run.release();
    const owner = await next;

    // Then it is not free before that has ended, too
    expect(await stateOf(free)).toBe('pending');
    await owner.release();
    expect(await free).toBe(true);
  });

  it('[R6] of a full queue tells when there is a place', async () => {
    const sessions = stage.open({ maxWaiting: 2 });
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile });
    const [one, two] = [
      await askToWait(sessions, { sessionFile }),
      await askToWait(sessions, { sessionFile }),
    ];
    const { whenFree, reason } = await ask(sessions, { sessionFile }, 'busy');
    expect(reason).toBe('queue-full');
    const free = whenFree();
    expect(await stateOf(free)).toBe('pending');

    two.cancel();

    expect(await free).toBe(true);
    one.cancel();
    await run.release();
  });
});

describe('whenFree()', () => {
  useFakeTime();
  const stage = useStage();

  it.each([
    ['is served', (next: () => Promise<void>) => next()],
    ['times out', () => vi.advanceTimersByTimeAsync(1_000)],
  ])('of a full queue tells when one that waits %s', async (_, act) => {
    const sessions = stage.open({ maxWaiting: 1 });
    const run = await sessions.acquire({ sessionFile: FILE });
    const waiter = await askToWait(sessions, { sessionFile: FILE, waitMs: 1_000 });
    const { whenFree } = await ask(sessions, { sessionFile: FILE }, 'busy');
    const free = whenFree();
    await settled();

    await act(() => run.release());

    expect(await stateOf(free)).toEqual({ value: true });
    waiter.cancel();
    await run.release();
  });

  it('tells when the holder parks', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const { whenFree } = await ask(sessions, SKIP, 'busy');
    const free = whenFree();
    const pause = createGate();

    const parked = run.park(() => pause.opened);

    expect(await free).toBe(true);
    pause.open();
    await parked;
    await run.release();
  });

  it('answers at once where the file is free by then, and only looks with waitMs 0', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const { whenFree } = await ask(sessions, SKIP, 'busy');

    expect(await stateOf(whenFree({ waitMs: 0 }))).toEqual({ value: false });
    await run.release();

    expect(await stateOf(whenFree({ waitMs: 0 }))).toEqual({ value: true });
    expect(await stateOf(whenFree())).toEqual({ value: true });
  });

  it('[T8] is false after waitMs, and the holder goes on', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: FILE });
    const { whenFree } = await ask(sessions, SKIP, 'busy');
    const free = whenFree({ waitMs: 700 });

    await vi.advanceTimersByTimeAsync(699);
    expect(await stateOf(free)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);

    expect(await free).toBe(false);
    expect([run.phase, run.signal.aborted]).toEqual(['active', false]);
  });

  it('is false where its signal fires, or has fired, and leaves no listener', async () => {
    const sessions = stage.open();
    await using _ = await sessions.acquire({ sessionFile: FILE });
    const { whenFree } = await ask(sessions, SKIP, 'busy');
    const stop = createCountingController();
    const free = whenFree({ signal: stop.signal });
    await settled();
    expect(stop.signal.listeners).toBe(1);

    stop.abort();

    expect(await free).toBe(false);
    expect(stop.signal.listeners).toBe(0);
    expect(await whenFree({ signal: stop.signal })).toBe(false);
  });

  it.each([undefined, 5_000])('[D4] is refused to the holder itself: waitMs %s', async (waitMs) => {
    const sessions = stage.open();
    await sessions.run({ sessionFile: FILE, runId: 'holder' }, async () => {
      const { whenFree } = await ask(sessions, SKIP, 'busy');

      const error: unknown = await whenFree({ waitMs }).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(DeadlockError);
      expect((error as Error).message).toBe(
        `Cannot wait for ${FILE} to be free: the wait could never end (run holder); ` +
          'ways out: wait outside of the run; ask with waitMs 0, which only looks',
      );
      expect(await whenFree({ waitMs: 0 })).toBe(false);
    });
  });

  it('[D4] closes no circle: the holder may not wait for a run that waits for it', async () => {
    // Given a run on another file that waits for this one to be free
    const sessions = stage.open();
    const holder = await sessions.acquire({ sessionFile: FILE, runId: 'holder' });
    const waits = createGate();
    const other = sessions.run({ sessionFile: 'memory:b', runId: 'other' }, async () => {
      const { whenFree } = await ask(sessions, SKIP, 'busy');
      const free = whenFree();
      waits.open();
      return await free;
    });
    await waits.opened;

    // When the holder asks for the file of that run
    const request = { sessionFile: 'memory:b', parent: holder };
    await expect(sessions.acquire(request)).rejects.toThrow(DeadlockError);

    await holder.release();
    expect(await other).toBe(true);
  });
});
