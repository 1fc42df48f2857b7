import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export interface Bundle {
  /** The script with all that it imports. */
  readonly script: string;
  /** Removed by whoever made it. */
  readonly folder: string;
}

/**
 * A script as one file of JavaScript: processes that are started by the dozen, and live for a second,
 * must not compile TypeScript for two.
 */
export async function bundle(script: URL): Promise<Bundle> {
  // In the package, so that its dependencies are found.
  const folder = join(ROOT, '.cache', `bundle-${randomUUID()}`);
  await build({
    entry: { script: fileURLToPath(script) },
    ...{ outDir: folder, format: 'esm', target: 'es2022', outExtension: () => ({ js: '.mjs' }) },
    ...{ config: false, silent: true, clean: false, dts: false, splitting: false },
    tsconfig: join(ROOT, 'tsconfig.json'),
  });
  return { script: join(folder, 'script.mjs'), folder };
}
