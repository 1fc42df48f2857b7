import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('./fixtures/two-copies-transcript.mjs', import.meta.url));

describe('two copies of the package in one process, on one transcript', () => {
  const dir = useTempDir();

  /** The package as it would be installed twice, in two places. */
  async function install(name: string): Promise<string> {
    const folder = dir.join(name);
    await mkdir(folder);
    await cp(`${ROOT}dist`, `${folder}/dist`, { recursive: true });
    await cp(`${ROOT}package.json`, `${folder}/package.json`);
    await symlink(`${ROOT}node_modules`, `${folder}/node_modules`, 'dir');
    return folder;
  }

  it('[F1] [F3] [F5] [P2] keep their sections apart, and are no strangers to each other', async () => {
    // Given a copy that is imported and one that is required, and two names of one file
    const folders = [await install('imported'), await install('required')];
    const file = dir.join('session.jsonl');
    await writeFile(file, '');
    await symlink(file, dir.join('alias.jsonl'));

    // When owners and guests of both write at the same time
    const args = [SCRIPT, ...folders, file, dir.join('alias.jsonl')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout) as Record<string, unknown>;

    // Then no two of their sections were open at once, and every record is there once
    expect(seen).toMatchObject({ isOneModule: false, most: 1, isAllThere: true, count: 60 });
    // And each owner was told of the guests of both, and nobody was taken for a stranger
    expect(seen).toMatchObject({ areGuestsTold: true, takeoversBefore: 0 });
    // And a real stranger ends the run in the copy that owns, by an error that both know
    expect(seen).toMatchObject({
      conflict: { why: 'takeover', code: 'ERR_SESSION_TAKEOVER', isKnown: [true, true] },
      left: [0, 0],
    });
  });
});
