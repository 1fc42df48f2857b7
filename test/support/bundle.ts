import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { afterAll, beforeAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Bundle {
  /** For `startChild` with `isJavaScript`. */
  readonly script: string;
}

/**
 * A script with all that it imports as one file of JavaScript, while a block of tests runs: for
 * processes that are started by the dozen, which would compile TypeScript for longer than they live.
 */
export function useBundle(script: URL): Bundle {
  // In the package, so that its dependencies are found.
  const folder = path.join(ROOT, '.cache', `bundle-${randomUUID()}`);

  beforeAll(async () => {
    await build({
      entry: { script: fileURLToPath(script) },
      ...{ outDir: folder, format: 'esm', target: 'es2022', outExtension: () => ({ js: '.mjs' }) },
      ...{ config: false, silent: true, clean: false, dts: false, splitting: false },
      tsconfig: path.join(ROOT, 'tsconfig.json'),
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  return { script: path.join(folder, 'script.mjs') };
}
