import { describe, expect, it } from 'vitest';
import { runChild } from '../../support/child.js';
import { useTempDir } from '../../support/temp-dir.js';

const LISTENERS = new URL('fixtures/listeners.ts', import.meta.url);

interface Count {
  readonly signals: number;
  readonly exit: number;
}

function counted(stdout: string): Count[] {
  return JSON.parse(stdout.split('\n')[0] as string) as Count[];
}

describe('signals in a process with lock files', () => {
  const dir = useTempDir();

  it('[X4] have no listener of a lease, and the exit one while it is held', async () => {
    const { code, stdout } = await runChild(LISTENERS, { args: [dir.join('a.jsonl')] });

    const [imported, held, released] = counted(stdout) as [Count, Count, Count];
    expect(code).toBe(0);
    expect([held.signals, released.signals]).toEqual([imported.signals, imported.signals]);
    expect([held.exit, released.exit]).toEqual([imported.exit + 1, imported.exit]);
  });

  it.skipIf(process.platform === 'win32')(
    '[X4] keep the listeners that somebody else has through signal-exit',
    async () => {
      const { stdout } = await runChild(LISTENERS, {
        args: [dir.join('a.jsonl'), 'others'],
      });

      const [imported, held, released] = counted(stdout) as [Count, Count, Count];
      expect([held.signals, released.signals]).toEqual([imported.signals, imported.signals]);
      expect(imported.signals).toBeGreaterThan(0);
      expect(stdout).toContain('theirs ran');
    },
  );
});
