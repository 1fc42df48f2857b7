import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useSessions } from '../../runs/support/sessions.js';
import { useTempDir } from '../../support/temp-dir.js';

describe('a path that becomes a folder while somebody waits for it to be idle', () => {
  const sessions = useSessions();
  const folder = useTempDir();

  it('keeps nobody from being told that the run has ended', async () => {
    // Given
    const coordinator = sessions.create();
    const sessionFile = path.join(folder.path, 'a.jsonl');
    fs.writeFileSync(sessionFile, '');
    const run = await coordinator.acquire({ sessionFile });
    const isIdle = coordinator.runs.whenIdle({ file: sessionFile });
    const whenEverythingIs = coordinator.runs.whenIdle();
    fs.rmSync(sessionFile);
    fs.mkdirSync(sessionFile);

    // When
    await run.release();

    // Then
    await expect(Promise.all([isIdle, whenEverythingIs])).resolves.toEqual([true, true]);
  });
});
