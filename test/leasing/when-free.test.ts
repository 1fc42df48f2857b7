import { vi, describe, expect, it } from 'vitest';
import { ask } from '../admission/support/scene.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { stateOf, waitBehind } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('whenFree of a file that another process has', () => {
  const leasing = useLeasing();
  useFakeTime();

  const turnedAway = async (maxWaiting = 100, mode: 'skip' | 'queue' = 'skip') => {
    const sessions = leasing.open({ maxWaiting });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const request = { sessionFile: leasing.file(), mode };
    return { sessions, busy: await ask(sessions, request, 'busy') };
  };

  it('is false as long as it has it', async () => {
    const { busy } = await turnedAway();
    await expect(busy.whenFree({ waitMs: 0 })).resolves.toBe(false);
  });

  it('is true once it is gone', async () => {
    // Given
    const { busy } = await turnedAway();
    const free = busy.whenFree();
    await vi.advanceTimersByTimeAsync(500);
    expect(await stateOf(free)).toBe('pending');

    // When
    leasing.provider.elsewhere.clear();
    await vi.advanceTimersByTimeAsync(100);

    // Then
    await expect(free).resolves.toBe(true);
  });

  it('asks for no lease', async () => {
    // Given
    const { busy } = await turnedAway();

    // When
    await busy.whenFree({ waitMs: 0 });

    // Then
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('is false where a run of this thread has it meanwhile', async () => {
    // Given
    const { sessions, busy } = await turnedAway();
    leasing.provider.elsewhere.clear();
    leasing.provider.isGenerous = true;
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const free = busy.whenFree();
    await vi.advanceTimersByTimeAsync(500);
    expect(await stateOf(free)).toBe('pending');

    // When
    await run.release();
    await vi.advanceTimersByTimeAsync(100);

    // Then
    await expect(free).resolves.toBe(true);
  });

  it('ends with its limit', async () => {
    // Given
    const { busy } = await turnedAway();
    const free = busy.whenFree({ waitMs: 250 });
    await turns();

    // When
    await vi.advanceTimersByTimeAsync(250);

    // Then
    await expect(free).resolves.toBe(false);
  });

  it('ends with its limit also where the provider does not answer', async () => {
    // Given
    const { busy } = await turnedAway();
    leasing.provider.inspecting = createGate();
    const free = busy.whenFree({ waitMs: 250 });
    await turns();

    // When
    await vi.advanceTimersByTimeAsync(250);

    // Then
    expect(await stateOf(free)).toBe('done');
    leasing.provider.inspecting.open();
    await expect(free).resolves.toBe(false);
  });

  it('ends with its signal', async () => {
    // Given
    const { busy } = await turnedAway();
    const caller = new AbortController();
    const free = busy.whenFree({ signal: caller.signal });
    await turns();

    // When
    caller.abort();

    // Then
    await expect(free).resolves.toBe(false);
  });

  it('goes on looking where the provider fails', async () => {
    // Given
    const { busy } = await turnedAway();
    const inspect = leasing.provider.inspect.bind(leasing.provider);
    leasing.provider.inspect = () => Promise.reject(new Error('cannot look'));
    const free = busy.whenFree();
    await vi.advanceTimersByTimeAsync(100);
    expect(await stateOf(free)).toBe('pending');

    // When
    leasing.provider.inspect = inspect;
    leasing.provider.elsewhere.clear();
    await vi.advanceTimersByTimeAsync(100);

    // Then
    await expect(free).resolves.toBe(true);
  });

  it('is false where as many wait for that process as may: none', async () => {
    // Given
    const { busy } = await turnedAway(0, 'queue');
    expect(busy.reason).toBe('queue-full');

    // When
    const isFree = await busy.whenFree({ waitMs: 0 });

    // Then
    expect(isFree).toBe(false);
  });

  it('is true once fewer wait for that process', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 1 });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const caller = new AbortController();
    const request = { sessionFile: leasing.file(), signal: caller.signal };
    const { granted } = await waitBehind(sessions, request);
    const busy = await ask(sessions, { sessionFile: leasing.file() }, 'busy');
    const free = busy.whenFree();
    expect(await stateOf(free)).toBe('pending');

    // When
    caller.abort();

    // Then
    await expect(free).resolves.toBe(true);
    await expect(granted).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
  });
});
