import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a storm takes place. */
export interface Place {
  readonly root: string;
  readonly files: readonly StormFile[];
}

/** A session file with everything that is known about it. */
export interface StormFile {
  readonly name: string;
  readonly path: string;
  /** Where its lease is kept. */
  readonly lockFolder: string;
  readonly journal: string;
  /** Ways to spell it, for a process whose folder is the root of the place. */
  readonly aliases: readonly string[];
}

export function makePlace(fileCount: number): Place {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'penholder-storm-'));
  mkdirSync(join(root, 'sessions'));
  symlinkSync('sessions', join(root, 'linked-folder'));
  const files = sessionFiles(root, fileCount);
  for (const { name, journal } of files) {
    // Dangling until the first record is written.
    symlinkSync(join('sessions', name), join(root, `linked-${name}`));
    writeFileSync(journal, '');
  }
  return { root, files };
}

export function sessionFiles(root: string, count: number): readonly StormFile[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `session-${index}.jsonl`;
    const path = join(root, 'sessions', name);
    return {
      ...{ name, path, lockFolder: `${path}.lock`, journal: journalOf(root, path) },
      aliases: [
        path,
        join('sessions', name),
        join('linked-folder', name),
        `linked-${name}`,
        `linked-folder/../sessions/./${name}`,
        join(root, 'linked-folder', name),
        pathToFileURL(join(root, `linked-${name}`)).href,
      ],
    };
  });
}

export function stormJournal(root: string): string {
  return join(root, 'storm.jsonl');
}

/** The journal of the file behind this real path. */
export function journalOf(root: string, realPath: string): string {
  return join(root, `journal-${basename(realPath)}`);
}
