import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { useTempDir } from '../support/temp-dir.js';

const FIXTURE = new URL('./fixtures/owns-at-once.ts', import.meta.url);

describe('a new process', () => {
  const dir = useTempDir();

  it('[A6] owns at once after the process before it was killed in its turn', async () => {
    // Given a process that was killed while it owned the file
    const sessionFile = dir.join('s.jsonl');
    await writeFile(sessionFile, '{"half a rec');
    const killed = await runChild(FIXTURE, { args: [sessionFile, 'crash'] });
    expect(killed.signal).toBe('SIGKILL');
    // When a new one asks without waiting
    const { code, stdout, stderr } = await runChild(FIXTURE, { args: [sessionFile] });
    // Then it owns, with nobody there before
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ before: 0, generation: 1 });
  });

  it('[A6] owns at once whatever lies beside the file', async () => {
    // Given what crashed programs of all sorts leave behind
    const sessionFile = dir.join('s.jsonl');
    for (const name of ['s.jsonl.lock', '.s.jsonl.lock', 's.jsonl.owner', 'penholder.json']) {
      await writeFile(dir.join(name), JSON.stringify({ pid: 1, runId: 'old', phase: 'active' }));
    }
    // When a process asks without waiting; then it owns
    const { code, stdout } = await runChild(FIXTURE, { args: [sessionFile] });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ before: 0, generation: 1 });
  });

  it('[A6] leaves nothing on disk that could be restored', async () => {
    const { code } = await runChild(FIXTURE, { args: [dir.join('s.jsonl')] });
    expect(code).toBe(0);
    expect(await readdir(dir.path)).toEqual([]);
  });
});
