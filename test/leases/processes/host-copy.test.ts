import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ChildResult, runChild } from '../../support/child.js';
import { useTempDir } from '../../support/temp-dir.js';

const FIXTURE = new URL('fixtures/host.ts', import.meta.url);
const ORDERS = ['lease first', 'lock first', 'lease last'] as const;
const LOADS = ['require', 'import'] as const;
const EACH = ORDERS.flatMap((order) => LOADS.map((how) => ({ order, how })));

interface Said {
  readonly listeners: readonly number[];
  readonly isSame: boolean;
}

function said({ stdout }: ChildResult): Said {
  return JSON.parse(stdout) as Said;
}

describe('a program that uses proper-lockfile itself', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  const run = (order: string, how: string, end: string): Promise<ChildResult> =>
    runChild(FIXTURE, { args: [dir.join('auth.json'), dir.join('s.jsonl'), order, how, end] });
  const isLockLeft = (): boolean => existsSync(dir.join('auth.json.lock'));

  it.each(EACH)(
    '[X4] has its lock removed at its exit: $order, by $how',
    async ({ order, how }) => {
      const ended = await run(order, how, 'exit');

      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(isLockLeft()).toBe(false);
    },
  );

  it.skipIf(process.platform === 'win32').each(ORDERS)(
    '[X4] has its lock removed when a signal ends it: %s',
    async (order) => {
      const ended = await run(order, 'require', 'signal');

      expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
      expect(isLockLeft()).toBe(false);
    },
  );

  it.each(EACH)(
    '[X4] has the listeners that it has without leases: $order, by $how',
    async ({ order, how }) => {
      const without = await run('no lease', how, 'exit');

      const ended = await run(order, how, 'exit');

      expect(said(ended).listeners).toEqual(said(without).listeners);
      expect(said(without).listeners).toContain(1);
    },
  );

  it.each(EACH)(
    'gets one and the same copy whenever it asks: $order, by $how',
    async ({ order, how }) => {
      const ended = await run(order, how, 'exit');

      expect(said(ended).isSame).toBe(true);
    },
  );
});
