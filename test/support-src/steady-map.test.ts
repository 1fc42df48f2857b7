import * as fc from 'fast-check';
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

type Steppable = Pick<Map<number, Step>, 'set' | 'get' | 'has' | 'size'> & {
  delete(key: number): boolean;
};

function take(map: Omit<Steppable, 'set'> & { set(key: number, step: Step): unknown }, one: Step) {
  const wasThere = one.do === 'delete' && map.delete(one.key);
  if (one.do === 'set') map.set(one.key, one);
  return { wasThere, size: map.size, is: map.get(one.key), has: map.has(one.key) };
}

describe('SteadyMap', () => {
  it('[A7] holds what a Map would hold, after any steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        // Given a map of each sort
        const steady = new SteadyMap<number, Step>();
        const plain = new Map<number, Step>();
        for (const one of steps) {
          // When both take the same step, then they agree
          expect(take(steady, one)).toEqual(take(plain, one));
        }
        const byKey = (a: [number, Step], b: [number, Step]): number => a[0] - b[0];
        expect([...steady].sort(byKey)).toEqual([...plain].sort(byKey));
        expect([...steady.values()]).toHaveLength(plain.size);
      }),
      { numRuns: 200 },
    );
  });

  it('deletes by identity only the very value that is meant', () => {
    // Given
    const steady = new SteadyMap<string, object>();
    const [former, present] = [{}, {}];
    steady.set('a', former);
    steady.set('a', present);

    // When
    const deleted = [
      steady.deleteIf('a', former),
      steady.deleteIf('a', present),
      steady.deleteIf('a', present),
    ];

    // Then
    expect(deleted).toEqual([false, true, false]);
    expect(steady.size).toBe(0);
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
