import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const ALONE = new URL('./fixtures/alone.ts', import.meta.url);
const HOOKS = new URL('./fixtures/hooks.ts', import.meta.url);

describe('a process', () => {
  it.each(['task', 'prompt', 'handle'])(
    'stays until it knows what became of the run that it interrupted (%s)',
    async (mode) => {
      // When a run that ignores its signal is all there is
      const { code, stderr, stdout } = await runChild(ALONE, { args: [mode] });
      // Then its turn is taken in time, the next one is served, and its late write is refused
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        status: 'revoked',
        settled: false,
        isInTime: true,
        late: 'ERR_SESSION_RUN_REVOKED',
        content: '{"by":"next"}\n',
      });
    },
  );

  it('[X4] has no listener of this package, at its import or any later', async () => {
    // When everything is used once
    const { code, stderr, stdout } = await runChild(HOOKS);
    // Then nobody listens to the process who did not before
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { before, ...later } = JSON.parse(stdout) as Record<string, unknown>;
    expect(later).toEqual({ imported: before, used: before, active: before, closed: before });
  });
});
