import { describe, expect, it } from 'vitest';
import { SessionStates } from '../../../src/recovery/session-states.js';
import { runChild } from '../../support/child.js';

const FIXTURE = new URL('./fixtures/many-reports.ts', import.meta.url);

/** How many entries each of its maps and sets holds. */
function sizesOf(states: SessionStates): number[] {
  const { size } = states;
  const names = [...states].flatMap(({ sessionKey, sessionId }) => [sessionKey, sessionId]);
  return [size, names.filter((name) => name !== undefined).length];
}

describe('100,000 reports under names that change', () => {
  it('[A7] leave no more than 2,000 sessions', { timeout: 60_000 }, () => {
    // Given names that come and go: keys, ids, files, and ids that move from key to key
    const states = new SessionStates();
    for (let at = 0; at < 100_000; at += 1) {
      const state = at % 3 === 0 ? 'processing' : 'idle';
      const sessionKey = at % 4 === 0 ? undefined : `key-${at % 50_000}`;
      const sessionId = at % 5 === 0 ? undefined : `id-${(at * 7) % 30_000}`;
      states.note({ sessionKey, sessionId, state }, `/sessions/${at}.jsonl`, at);
    }
    const [size = 0, names = 0] = sizesOf(states);
    expect(size).toBe(2_000);
    expect(names).toBeLessThanOrEqual(4_000);
  });

  it(
    '[A7] leave the heap and the listeners of a monitor as they were',
    { timeout: 60_000 },
    async () => {
      const options = { execArgv: ['--expose-gc'], timeoutMs: 50_000 };
      const { code, stdout, stderr } = await runChild(FIXTURE, options);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { grownBytes, known } = JSON.parse(stdout) as { grownBytes: number; known: number };
      expect(known).toBe(2_000);
      expect(grownBytes).toBeLessThan(512 * 1024);
    },
  );
});
