import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

describe('asking who has a file elsewhere', () => {
  const leasing = useLeasing();
  useFakeTime();

  it('[R9] does not keep recover() waiting where the provider never answers', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.inspecting = createGate();

    // When
    const recovered = sessions.recover({ sessionFile: leasing.file() });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(5_000);

    // Then
    expect(await recovered).toMatchObject({ status: 'noop', reason: 'no_active_work' });
  });

  it('[R9] [S1] does not keep a look of a monitor waiting where the provider never answers', async () => {
    // Given a session that was reported, nobody of this thread on its file, and a mount that hangs
    const sessions = leasing.open();
    using monitor = sessions.monitor({ warnAfterMs: 1_000, abortAfterMs: 2_000 });
    const told: string[] = [];
    monitor.on('recovery-completed', ({ outcome }) => {
      told.push(`${outcome.status}, ${outcome.reason}`);
    });
    monitor.report({ sessionFile: leasing.file(), sessionKey: 'k', state: 'processing' });
    await vi.advanceTimersByTimeAsync(3_000);
    leasing.provider.inspecting = createGate();
    const others = vi.getTimerCount();

    // When it looks: a timer keeps the process alive for that, another one limits the question
    const looked = monitor.check();
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(others + 2));
    await vi.advanceTimersByTimeAsync(5_000);

    // Then the look is over in time, and its outcome was told
    await looked;
    expect(told).toEqual(['noop, no_active_work']);
  });

  it('[S2] names another thread of this process, which is elsewhere', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const holder = someoneElse({ pid: process.pid, threadId: 7 });
    leasing.provider.elsewhere.set(sessionFile, holder);

    // When
    const stopped = await sessions.interrupt({ sessionFile });

    // Then
    expect(stopped.holder).toEqual(holder);
  });
});
