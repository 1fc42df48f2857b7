import * as fc from 'fast-check';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveSessionFile, resolveSessionFileSync } from '../../src/identity/session-file.js';
import { outcomeOf, outcomeOfError, type Outcome } from './support/outcome.js';

type Step =
  | { readonly make: 'directory' | 'file'; readonly at: string }
  | { readonly make: 'link'; readonly at: string; readonly target: string };

const name = fc.constantFrom('a', 'b', 'c', 'é', 'e\u0301', '-d', 'x y', 'new\nline');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const targetName = fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('..', '.', ''));
const target = fc
  .record({
    absolute: fc.boolean(),
    names: fc.array(targetName, { minLength: 1, maxLength: 4 }),
  })
  .map(({ absolute, names }) => (absolute ? 'ROOT/' : './') + names.join('/'));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ make: fc.constantFrom('directory', 'file'), at: path }),
  fc.record({ make: fc.constant('link'), at: path, target }),
);
const graph = fc.array(step, { maxLength: 10 });
const aliases = fc.array(path, { minLength: 1, maxLength: 6 });

function build(root: string, steps: readonly Step[]): void {
  for (const each of steps) {
    try {
      if (each.make === 'directory') mkdirSync(join(root, each.at), { recursive: true });
      if (each.make === 'file') writeFileSync(join(root, each.at), '');
      if (each.make === 'link') symlinkSync(each.target.replace('ROOT', root), join(root, each.at));
    } catch {
      // Whatever cannot be made is not part of the graph.
    }
  }
}

/** What must come of a path that leads to something; undefined where the kernel says ENOENT. */
function kernelSays(path: string): Outcome | undefined {
  try {
    const realPath = realpathSync.native(path);
    if (statSync(realPath).isDirectory()) return { reason: 'directory' };
    return { key: realPath, path, realPath };
  } catch (error) {
    const { code: systemCode = '' } = error as NodeJS.ErrnoException;
    if (systemCode === 'ENOENT') return undefined;
    return { reason: systemCode === 'ELOOP' ? 'loop' : 'unreachable', systemCode };
  }
}

/** Whether a link could lead over a missing name and back again. */
function hasDotsBehindName(steps: readonly Step[]): boolean {
  return steps.some((each) => each.make === 'link' && /[^./][^/]*\/.*\.\./.test(each.target));
}

/** Makes what is missing on the way, then the file, through the alias. False where it cannot be. */
function create(alias: string, realPath: string): boolean {
  try {
    mkdirSync(dirname(realPath), { recursive: true });
    writeFileSync(alias, '');
    return true;
  } catch {
    return false;
  }
}

describe('resolveSessionFile()', () => {
  it('[P1] [P5] agrees with the kernel on any graph of links, before and after creation', async () => {
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(graph, aliases, async (steps, names) => {
        // Given any graph of directories, files and links
        const root = mkdtempSync(join(realpathSync.native(tmpdir()), 'penholder-'));
        try {
          build(root, steps);
          for (const alias of names.map((each) => resolve(root, each))) {
            // When a path in it is resolved both ways
            const now = outcomeOf(() => resolveSessionFileSync(alias));
            const later = await resolveSessionFile(alias).catch(outcomeOfError);
            // Then both tell the same
            expect(later).toEqual(now);
            if (kernelSays(alias) === undefined && 'key' in now) {
              // And of a missing file, where the kernel creates it through that very alias
              if (!create(alias, now.realPath)) continue;
              proven += 1;
            }
            // A `..` behind what is missing goes by its spelling, which the kernel does not do
            if (kernelSays(alias) === undefined && hasDotsBehindName(steps)) continue;
            // And of an existing one, where the kernel finds it
            expect(now).toEqual(kernelSays(alias));
            expect(outcomeOf(() => resolveSessionFileSync(alias))).toEqual(now);
          }
        } finally {
          rmSync(root, { recursive: true, force: true });
        }
      }),
      { numRuns: 200 },
    );
    expect(proven).toBeGreaterThan(50);
  });
});
