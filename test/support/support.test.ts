import { access, readdir, realpath } from 'node:fs/promises';
import { afterAll, describe, expect, it, type RunnerTestSuite, vi } from 'vitest';
import { getHooks } from 'vitest/suite';
import { createCountingController } from './counting-signal.js';
import { atFakeTime, fakeTime, useFakeTime } from './fake-time.js';
import { createGate } from './gate.js';
import { runChild, startChild } from './child.js';
import { useTempDir } from './temp-dir.js';

const FIXTURE = new URL('./fixtures/echo.ts', import.meta.url);

describe('createCountingController()', () => {
  it('counts the listeners that are there, and those that ever were', () => {
    const controller = createCountingController();
    const listener = vi.fn();

    controller.signal.addEventListener('abort', listener);
    controller.signal.addEventListener('abort', () => {}, { once: true });
    expect(controller.signal.listeners).toBe(2);
    controller.signal.removeEventListener('abort', listener);
    expect(controller.signal.listeners).toBe(1);
    controller.abort();

    expect(controller.signal.listeners).toBe(0);
    expect(controller.signal.added).toBe(2);
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('createGate()', () => {
  it('holds whoever waits until the test opens it', async () => {
    const gate = createGate<string>();
    expect(gate.isOpen).toBe(false);

    gate.open('now');

    await expect(gate.opened).resolves.toBe('now');
    expect(gate.isOpen).toBe(true);
  });
});

describe('useFakeTime()', () => {
  useFakeTime();

  it('moves timers, dates and performance together', async () => {
    const fired = vi.fn();
    const [dateMs, monotonicMs] = [Date.now(), performance.now()];
    atFakeTime(1_000, fired);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(fired).toHaveBeenCalledOnce();
    expect(Date.now() - dateMs).toBe(1_000);
    expect(performance.now() - monotonicMs).toBe(1_000);
  });

  it('fails a test that leaves a timer', async (context) => {
    // Given what happens at the end of each test of this block, and one that leaves a timer
    const suite = context.task.suite as RunnerTestSuite;
    const [endOfTest] = getHooks(suite).afterEach;
    atFakeTime(1_000, () => {});

    // When it ends
    const ended = (async () => endOfTest?.(context, suite))();

    // Then it fails, and nothing keeps its timer
    await expect(ended).rejects.toThrow('The test left 1 timer(s) scheduled.');
    expect(vi.isFakeTimers()).toBe(false);
    // For the end of this test.
    vi.useFakeTimers();
  });
});

describe('atFakeTime()', () => {
  it('refuses to wait on real time', async () => {
    const call = vi.fn();

    expect(() => atFakeTime(0, call)).toThrow('There is no fake time here');

    await expect(fakeTime(0)).rejects.toThrow('There is no fake time here');
    expect(call).not.toHaveBeenCalled();
  });
});

describe('useTempDir()', () => {
  const dir = useTempDir();
  const used: string[] = [];

  it.each([1, 2])('gives test %i an empty folder of its own', async () => {
    expect(used).not.toContain(dir.path);
    used.push(dir.path);

    expect(await readdir(dir.path)).toEqual([]);
    expect(await realpath(dir.path)).toBe(dir.path);
  });

  afterAll(async () => {
    for (const folder of used) await expect(access(folder)).rejects.toThrow('ENOENT');
  });
});

describe('runChild()', () => {
  it('runs TypeScript on the same node and collects what it says', async () => {
    const result = await runChild(FIXTURE, { args: ['exit', '3'] });

    expect(result).toEqual({ code: 3, signal: null, stdout: `${process.version}\n`, stderr: '' });
  });

  it('ends a child that takes too long', async () => {
    const { code, signal } = await runChild(FIXTURE, { args: ['hang'], timeoutMs: 1_000 });

    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  });

  let left: ReturnType<typeof startChild> | undefined;
  it('ends a child that outlives its test', async () => {
    left = startChild(FIXTURE, { args: ['hang'] });
    expect(left.process.pid).toBeGreaterThan(0);
  });
  afterAll(async () => {
    expect(await left?.finished).toMatchObject({ signal: 'SIGKILL' });
  });
});
