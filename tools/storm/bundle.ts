import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Bundle {
  /** The script of every process. */
  readonly script: string;
  readonly folder: string;
}

/** One file of JavaScript: processes that live for a second must not compile for two. */
export async function bundle(): Promise<Bundle> {
  // In the package, so that its dependencies are found.
  const folder = join(ROOT, '.cache', `storm-${randomUUID()}`);
  await build({
    entry: { storm: fileURLToPath(new URL('./child/main.ts', import.meta.url)) },
    ...{ outDir: folder, format: 'esm', target: 'es2022', outExtension: () => ({ js: '.mjs' }) },
    ...{ config: false, silent: true, clean: false, dts: false, splitting: false },
    tsconfig: join(ROOT, 'tsconfig.json'),
  });
  return { script: join(folder, 'storm.mjs'), folder };
}
