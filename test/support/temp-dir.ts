import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';

export interface TempDir {
  /** The folder of the running test, free of links. */
  readonly path: string;
  /** A path inside it; nothing is created. */
  join(...names: string[]): string;
}

/** Gives each test of a block a folder of its own, with a name that breaks careless code. */
export function useTempDir(): TempDir {
  let current: string | undefined;

  beforeEach(async () => {
    current = await mkdtemp(path.join(await realpath(tmpdir()), 'pen hölder 会話 '));
  });
  afterEach(async () => {
    if (current !== undefined) {
      await rm(current, { recursive: true, force: true, maxRetries: 3 });
    }
    current = undefined;
  });

  const folder = (): string => {
    if (current === undefined) throw new Error('The folder exists only while a test runs.');
    return current;
  };
  return {
    get path() {
      return folder();
    },
    join: (...names) => path.join(folder(), ...names),
  };
}
