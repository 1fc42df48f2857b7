import {
  appendFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { FileChange } from '../../../../src/index.js';

/** What a program that knows nothing of the gate does to a file, and what that is called. */
export interface ForeignAct {
  readonly name: string;
  readonly change: FileChange;
  /** Whether it leaves the file as long as it was. */
  readonly keepsSize: boolean;
  act(file: string): void;
}

export const FOREIGN_LINE = '{"foreign":true}\n';

/** One line, as long as the file. */
function otherBytes(file: string): string {
  return `${'7'.repeat(statSync(file).size - 1)}\n`;
}

/** One byte in the middle: the smallest change that there is. */
export function overwriteByte(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes, { flag: 'r+' });
}

/** Whatever can be set of the times afterwards is set back. */
function overwriteAndSetTimesBack(file: string): void {
  const { atime, mtime } = statSync(file);
  overwriteByte(file);
  utimesSync(file, atime, mtime);
}

export function renameOver(file: string, content: string): void {
  writeFileSync(`${file}.other`, content);
  renameSync(`${file}.other`, file);
}

/** The last line goes, with its end: what is left are whole records. */
function cutLastRecord(file: string): void {
  const text = readFileSync(file, 'utf8');
  truncateSync(file, text.trimEnd().lastIndexOf('\n') + 1);
}

export const APPEND: ForeignAct = {
  name: 'an append',
  change: 'appended',
  keepsSize: false,
  act: (file) => {
    appendFileSync(file, FOREIGN_LINE);
  },
};
const OVERWRITE: ForeignAct = {
  name: 'one byte overwritten',
  change: 'rewritten',
  keepsSize: true,
  act: overwriteByte,
};
export const OVERWRITE_BACKDATED: ForeignAct = {
  name: 'one byte overwritten, its times set back',
  change: 'rewritten',
  keepsSize: true,
  act: overwriteAndSetTimesBack,
};
const TRUNCATE: ForeignAct = {
  name: 'a cut between two records',
  change: 'truncated',
  keepsSize: false,
  act: cutLastRecord,
};
const EMPTY: ForeignAct = {
  name: 'a cut to nothing',
  change: 'truncated',
  keepsSize: false,
  act: (file) => {
    truncateSync(file);
  },
};
const RENAME_OVER: ForeignAct = {
  name: 'another file of the same size renamed over it',
  change: 'replaced',
  keepsSize: true,
  act: (file) => {
    renameOver(file, otherBytes(file));
  },
};
const RENAME_SHORTER_OVER: ForeignAct = {
  name: 'a shorter file renamed over it',
  change: 'replaced',
  keepsSize: false,
  act: (file) => {
    renameOver(file, '{}\n');
  },
};
const DELETE: ForeignAct = {
  name: 'its removal',
  change: 'deleted',
  keepsSize: false,
  act: (file) => {
    rmSync(file);
  },
};
const RECREATE: ForeignAct = {
  name: 'its removal, and another file under its name',
  change: 'replaced',
  keepsSize: true,
  act: (file) => {
    const content = otherBytes(file);
    // A second name keeps its inode from being given to the next file, which would hide the swap.
    linkSync(file, `${file}.aside`);
    rmSync(file);
    writeFileSync(file, content);
    rmSync(`${file}.aside`);
  },
};

/** All of them, for files that hold at least two records. */
export const FOREIGN_ACTS: readonly ForeignAct[] = [
  APPEND,
  OVERWRITE,
  OVERWRITE_BACKDATED,
  TRUNCATE,
  EMPTY,
  RENAME_OVER,
  RENAME_SHORTER_OVER,
  DELETE,
  RECREATE,
];
