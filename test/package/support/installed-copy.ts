import { cp, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The built package as it would be installed, in a folder of its own. */
export async function installCopy(folder: string): Promise<string> {
  await mkdir(folder);
  await cp(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
  await cp(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  return folder;
}
