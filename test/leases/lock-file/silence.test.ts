import { describe, expect, it, vi } from 'vitest';
import { Silence } from '../../../src/leases/lock-file/silence.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('how long a claim was seen to be silent', () => {
  useFakeTime();

  it('counts from the first look', () => {
    const silence = new Silence();

    expect(silence.look(7n, 100)).toBe(0);
    vi.advanceTimersByTime(50);
    expect(silence.look(7n, 100)).toBe(50);
  });

  it('[T4] counts no more of its own standing still than a second', () => {
    const silence = new Silence();
    silence.look(7n, 100);

    vi.advanceTimersByTime(3_600_000);

    expect(silence.look(7n, 100)).toBe(1_000);
  });

  it('[L3] begins again with each sign of life', () => {
    const silence = new Silence();
    silence.look(7n, 100);
    vi.advanceTimersByTime(900);

    expect(silence.look(7n, 101)).toBe(0);
  });

  it('[L3] begins again with the claim of another', () => {
    const silence = new Silence();
    silence.look(7n, 100);
    vi.advanceTimersByTime(900);

    expect(silence.look(8n, 100)).toBe(0);
  });

  it.each([
    ['in the far future', 8.64e15],
    ['before all clocks', -1],
    ['at zero', 0],
  ])('[L3] does not care what the time of the file says: %s', (_when, beat) => {
    const silence = new Silence();
    silence.look(7n, beat);
    vi.advanceTimersByTime(900);

    expect(silence.look(7n, beat)).toBe(900);
  });

  it.each([-86_400_000, 86_400_000])(
    '[L3] does not care about a step of the clock: %i ms',
    (by) => {
      const silence = new Silence();
      silence.look(7n, 100);
      vi.setSystemTime(Date.now() + by);
      vi.advanceTimersByTime(10);

      expect(silence.look(7n, 100)).toBe(10);
    },
  );

  it('[L3] takes a sign of life with an older time for one', () => {
    const silence = new Silence();
    silence.look(7n, 100);
    vi.advanceTimersByTime(900);

    expect(silence.look(7n, 50)).toBe(0);
  });

  it('[L3] counts nothing while nobody saw the claim', () => {
    const silence = new Silence();
    silence.look(7n, undefined);
    vi.advanceTimersByTime(900);

    expect(silence.look(7n, undefined)).toBe(0);
  });
});
