import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteadyMap } from '../../src/support/steady-map.js';

interface Step {
  readonly do: 'set' | 'delete';
  readonly key: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('set', 'delete'),
  key: fc.nat({ max: 120 }),
});

describe('SteadyMap', () => {
  it('[A7] holds what a Map would hold, after any steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        // Given a map of each sort
        const steady = new SteadyMap<number, Step>();
        const plain = new Map<number, Step>();
        for (const one of steps) {
          // When both take the same step
          if (one.do === 'set') {
            steady.set(one.key, one);
            plain.set(one.key, one);
          } else {
            expect(steady.delete(one.key)).toBe(plain.delete(one.key));
          }
          // Then they agree
          expect(steady.size).toBe(plain.size);
          expect(steady.get(one.key)).toBe(plain.get(one.key));
          expect(steady.has(one.key)).toBe(plain.has(one.key));
        }
        const byKey = (a: [number, Step], b: [number, Step]): number => a[0] - b[0];
        expect([...steady].sort(byKey)).toEqual([...plain].sort(byKey));
        expect([...steady.values()]).toHaveLength(plain.size);
      }),
      { numRuns: 200 },
    );
  });

  it('[A7] is empty, and small, after very many keys came and went', () => {
    // Given a map with many entries, in which one key comes and goes
    const steady = new SteadyMap<number, object>();
    for (let key = 0; key < 10_000; key += 1) steady.set(key, {});
    for (let turn = 0; turn < 10_000; turn += 1) {
      steady.delete(5);
      steady.set(5, {});
    }
    // When all of them go
    for (let key = 0; key < 10_000; key += 1) steady.delete(key);
    // Then nothing is left of them
    expect(steady.size).toBe(0);
    expect([...steady]).toEqual([]);
  });
});
