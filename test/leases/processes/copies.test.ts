import { cp, mkdir, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runChild } from '../../support/child.js';
import { type TempDir, useTempDir } from '../../support/temp-dir.js';

const FIXTURE = new URL('fixtures/copies.ts', import.meta.url);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('two copies of the module in one thread', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L2] exclude each other', async () => {
    // When each wants the file while the other has it
    const seen = await play(dir, 'exclude each other');

    // Then it is refused
    expect(seen).toEqual({ wasRefused: true, wasRefusedToo: true, isHigher: true });
  });

  it("[T5] [O8] do not end each other's leases when one loses its own", async () => {
    // Given a lease of one copy that another process took over and gave back, and one of the other
    // copy on the same file; when the first finds out
    const seen = await play(dir, 'lose and follow');

    // Then the second is held until it is given back
    expect(seen).toEqual({
      lost: ['of 0'],
      isFirstHeld: false,
      isSecondHeld: true,
      isGivenBack: true,
    });
  });
});

/** Plays it in a process of its own, with copies of the source that share their dependencies. */
async function play(dir: TempDir, scene: string): Promise<unknown> {
  const copies = [dir.join('one'), dir.join('other')];
  for (const copy of copies) {
    await mkdir(copy);
    await cp(`${ROOT}src`, `${copy}/src`, { recursive: true });
    await cp(`${ROOT}package.json`, `${copy}/package.json`);
    await symlink(`${ROOT}node_modules`, `${copy}/node_modules`);
  }
  const folders = copies.map((copy) => `${copy}/src`);
  const { stdout, stderr } = await runChild(FIXTURE, {
    args: [dir.join('s.jsonl'), ...folders, scene],
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as unknown;
}
