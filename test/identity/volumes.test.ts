import { describe, expect, it } from 'vitest';
import { Volumes } from '../../src/identity/volumes.js';

describe('Volumes', () => {
  it('keeps an answer per device', () => {
    // Given answers for two devices; when they are asked for; then each has its own
    const volumes = new Volumes();
    volumes.set(1, true);
    volumes.set(2, false);
    expect([volumes.get(1), volumes.get(2), volumes.get(2), volumes.get(1)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(volumes.get(3)).toBeUndefined();
    expect(volumes.get(Number.NaN)).toBeUndefined();
  });

  it('is bounded and forgets what was not asked for longest', () => {
    // Given as many answers as are kept, the oldest asked for again
    const volumes = new Volumes();
    for (let device = 0; device < 64; device += 1) volumes.set(device, true);
    expect(volumes.get(0)).toBe(true);
    // When more come
    for (let device = 64; device < 70; device += 1) volumes.set(device, false);
    // Then the oldest are gone, and the one that was asked for is not
    expect(volumes.size).toBe(64);
    expect(volumes.get(0)).toBe(true);
    expect(volumes.get(1)).toBeUndefined();
    expect(volumes.get(6)).toBeUndefined();
    expect(volumes.get(7)).toBe(true);
  });
});
