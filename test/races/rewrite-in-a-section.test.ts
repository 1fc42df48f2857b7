import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/index.js';
import { disk } from '../../src/transcript/disk.js';
import { outcomeOf } from '../model/outcome.js';
import { useStage } from '../ownership/support/stage.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';

/** What surrounds a rewrite, and lets other calls of the same section in beside it. */
const SECTIONS = {
  'a wrapped write': (run: Run, code: () => Promise<void>) => run.transcript.write(code),
  'a queued write': (run: Run, code: () => Promise<void>) => run.transcript.enqueue(code),
};

describe('a rewrite inside a section', () => {
  const stage = useStage();
  const dir = useTempDir();

  describe.each(Object.entries(SECTIONS))('around which is %s', (_, around) => {
    it('[F1] [F4] loses nothing that was acknowledged while its file was being synced', async () => {
      // Given a rewrite in a section, whose new content is on its way to the disk
      const sessions = stage.open();
      const sessionFile = dir.join('session.jsonl');
      const [synced, syncing] = [createGate(), createGate()];
      vi.spyOn(disk, 'syncLater').mockImplementation(() => {
        syncing.open();
        return synced.opened;
      });
      const seen: { code?: string }[] = [];
      await sessions.run({ sessionFile }, async (run) => {
        await run.transcript.append({ n: 1 });
        await around(run, async () => {
          const rewriting = run.transcript.rewrite((current) => `${String(current)}{"n":2}\n`);
          seen.push(outcomeOf(rewriting));
          await syncing.opened;

          // When the same section appends meanwhile
          const appending = run.transcript.append({ n: 3 });
          seen.push(outcomeOf(appending));
          await Promise.allSettled([appending]);
          synced.open();
          await Promise.allSettled([rewriting]);
        });
      });

      // Then what was acknowledged is in the file, and nobody was taken for a stranger
      const [rewrite, append] = seen.map(({ code }) => code);
      expect(rewrite).toBe('value');
      const text = readFileSync(sessionFile, 'utf8');
      expect(text.includes('{"n":3}')).toBe(append === 'value');
      expect(text.startsWith('{"n":1}\n{"n":2}\n')).toBe(true);
      expect(stage.events.filter(({ type }) => type === 'takeover')).toEqual([]);
    });
  });
});
