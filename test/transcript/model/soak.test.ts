import { describe, expect, it } from 'vitest';
import { runChild } from '../../support/child.js';
import { useTempDir } from '../../support/temp-dir.js';

const FIXTURE = new URL('./fixtures/sections.ts', import.meta.url);

/** `PENHOLDER_SOAK_SECTIONS` makes each of the three lots longer. */
const LOT = Number(process.env['PENHOLDER_SOAK_SECTIONS'] ?? 33_400);

describe('100,000 sections of one file', () => {
  const dir = useTempDir();

  it(
    '[A7] [D7] leave neither heap nor entries, and the last cost what the first did',
    { timeout: 180_000 },
    async () => {
      // Given a process that has done a third of them
      const args = [dir.join('session.jsonl'), String(LOT)];

      // When it does the others
      const child = await runChild(FIXTURE, {
        args,
        execArgv: ['--expose-gc'],
        timeoutMs: 170_000,
      });

      // Then the heap is what it was, and nothing is left
      expect({ code: child.code, stderr: child.stderr }).toEqual({ code: 0, stderr: '' });
      const told = JSON.parse(child.stdout) as Record<'grownBytes' | 'left', number> & {
        tookMs: number[];
      };
      expect(told.left).toBe(0);
      expect(told.grownBytes).toBeLessThan(512 * 1024);
      // And no lot took much longer than another one, on a machine that does other things, too
      const [first = 0, , last = Infinity] = told.tookMs;
      expect(last).toBeLessThan(3 * first);
      if (LOT > 33_400) console.info(told);
    },
  );
});
