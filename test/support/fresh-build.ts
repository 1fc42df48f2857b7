import { execFile } from 'node:child_process';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = path.join(ROOT, 'dist');
const BUILT_FROM = ['src', 'package.json', 'tsconfig.json', 'tsconfig.src.json', 'tsup.config.ts'];

async function newestMs(entry: string): Promise<number> {
  const { mtimeMs } = await stat(entry);
  const inside = await readdir(entry, { recursive: true }).catch(() => []);
  const times = await Promise.all(
    inside.map(async (name) => (await stat(path.join(entry, name))).mtimeMs),
  );
  return Math.max(mtimeMs, ...times);
}

async function isFresh(): Promise<boolean> {
  // Both are written by a build; the declarations come last.
  const built = await Promise.all(
    ['index.js', 'index.d.ts'].map((name) => stat(path.join(DIST, name)).catch(() => undefined)),
  );
  const builtMs = Math.min(...built.map((file) => file?.mtimeMs ?? 0));
  const sources = await Promise.all(BUILT_FROM.map((name) => newestMs(path.join(ROOT, name))));
  return builtMs > Math.max(...sources);
}

/** Builds beside `dist` and swaps, so that tests of another process never see half a build. */
async function build(): Promise<void> {
  const next = path.join(ROOT, '.cache', `build-${process.pid}`);
  const old = `${next}-old`;
  const tsup = createRequire(import.meta.url).resolve('tsup/dist/cli-default.js');
  try {
    const args = [tsup, '--silent', '--out-dir', next];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    await rename(DIST, old).catch(() => undefined);
    await rename(next, DIST).catch(async (error: unknown) => {
      // Another process may have put its build there in between.
      if (!(await isFresh())) throw error;
    });
  } finally {
    await rm(next, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** Vitest global set-up: the tests in `test/package` load `dist`, so it must be what `src` says. */
export async function setup(): Promise<void> {
  if (!(await isFresh())) await build();
}
