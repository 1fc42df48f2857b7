import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { holderAndWaiter, startProcess } from './support/actor.js';

describe('a process that waits for another', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L12] answers meanwhile: its event loop turns freely', async () => {
    // Given a process that waits for a file in use
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'));

    // When it is asked other things, one after the other
    const answers: string[] = [];
    for (let count = 0; count < 50; count += 1) answers.push(await waiter.ask('ping'));

    // Then it answers them all while the file is still with the other, and gets it later
    expect(new Set(answers)).toEqual(new Set(['pong']));
    expect(await waiter.ask('isHeld')).toBe(false);
    await holder.ask('release');
    expect((await taken).died).toBeUndefined();
  });

  it.each([
    ['is given back', (actor: Awaited<ReturnType<typeof startProcess>>) => actor.ask('release')],
    [
      'is left by a dead process',
      (actor: Awaited<ReturnType<typeof startProcess>>) => actor.kill(),
    ],
  ])(
    '[O1] [L12] gets the file by polling alone where nothing can be watched: it %s',
    async (_name, end) => {
      // Given a system that has no watches left
      const sessionFile = dir.join('s.jsonl');
      const [holder, waiter] = await Promise.all([
        startProcess(sessionFile),
        startProcess(sessionFile),
      ]);
      await waiter.ask('forbidWatching');
      await holder.ask('acquire', { runId: 'holder' });
      const taken = waiter.ask('acquire', { runId: 'waiter' });
      await waiter.once('waiting');
      const endedMs = performance.now();

      // When the turn before ends
      await end(holder);
      await taken;

      // Then the waiter hears of it soon
      expect(performance.now() - endedMs).toBeLessThan(5_000);
    },
  );

  it('[T8] [V1] that gives up leaves the holder and the next waiter alone', async () => {
    // Given a holder, and two processes that wait
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'));
    const other = await startProcess(dir.join('s.jsonl'));
    const otherTaken = other.ask('acquire', { runId: 'third' });
    await other.once('waiting');

    // When one of them gives up, and the holder then ends its turn
    await waiter.ask('stopWaiting');
    await expect(taken).rejects.toMatchObject({ message: 'asked to stop' });
    const wasHeld = await holder.ask('isHeld');
    await holder.ask('release');

    // Then the other one gets the file
    expect(wasHeld).toBe(true);
    expect((await otherTaken).died).toBeUndefined();
  });

  it('[T8] that is killed in its wait does not keep the holder from its next turns', async () => {
    // Given a holder, and a process that died while it waited, with its mark still there
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'));
    await waiter.kill();
    taken.catch(() => undefined);

    // When the holder gives the file back, and wants it at once again
    await holder.ask('release');
    const again = await holder.ask('acquire', { runId: 'again', wait: false });

    // Then nobody is let pass, since nobody is there
    expect(again.died).toBeUndefined();
  });

  it('[O9] gets its turn though the holder wants the file back at once, and asks first', async () => {
    // Given a process that waits
    const { holder, waiter, token, taken } = await holderAndWaiter(dir.join('s.jsonl'));

    // When the holder gives the file back and asks again in the same breath
    void holder.ask('release');
    const again = holder.ask('acquire', { runId: 'again' });
    const next = await taken;
    await waiter.ask('release');

    // Then the other one came in between
    expect(next.token).toBeGreaterThan(token);
    expect((await again).token).toBeGreaterThan(next.token);
  });
});
