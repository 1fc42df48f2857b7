import type { FileFingerprint } from '../errors/transcript-errors.js';
import type { FileChange } from '../types.js';
import { Content } from './content.js';
import { disk, type FileStats } from './disk.js';
import { openToRead, type Read, readInto } from './read-file.js';
import { areProof } from './stamps.js';
import type { Steps } from './steps.js';

/**
 * What a file is known to be: its content, and the stats that go with it. Kept at the gate, so that
 * whoever comes next need not read what has not changed.
 */
export class Knowledge {
  readonly content: Content;
  exists = false;
  /** Bytes of ours of which nobody could tell how many have reached the end of the file. */
  doubt: Buffer | undefined = undefined;
  /** Undefined: only content can tell. */
  #stats: FileStats | undefined;
  #areProof = false;

  constructor({ stats, content }: Read) {
    this.content = content;
    this.renew(stats);
  }

  get stats(): FileStats | undefined {
    return this.#stats;
  }

  /** The content is known to go with these stats, which were taken before it was looked at. */
  renew(stats: FileStats | undefined): void {
    this.doubt = undefined;
    this.exists = stats !== undefined;
    this.#stats = stats;
    this.#areProof = stats !== undefined && areProof(stats, Date.now());
  }

  /** Nothing is known of the stats any more: the next look has to read. */
  distrust(doubt?: Buffer): void {
    this.doubt = doubt;
    this.#stats = undefined;
    this.#areProof = false;
  }

  /** Whether the stats that the file has now prove that nobody has changed it. */
  isProvenBy(stats: FileStats | undefined): boolean {
    if (!this.exists) return stats === undefined;
    return this.#areProof && this.looksLike(stats);
  }

  /** Whether nothing is seen that would contradict it. */
  looksLike(stats: FileStats | undefined): boolean {
    if (stats === undefined || this.#stats === undefined)
      return stats === undefined && !this.exists;
    const known = this.#stats;
    return (
      known.size === stats.size &&
      known.ctimeMs === stats.ctimeMs &&
      known.mtimeMs === stats.mtimeMs &&
      known.ino === stats.ino &&
      known.dev === stats.dev
    );
  }

  fingerprint(): FileFingerprint {
    const { exists, content } = this;
    return { ...fingerprintOf(this.#stats), exists, sizeBytes: content.sizeBytes };
  }
}

export function fingerprintOf(stats: FileStats | undefined): FileFingerprint {
  if (stats === undefined) return { exists: false, sizeBytes: 0 };
  const { size, ino, mtimeMs } = stats;
  return { exists: true, sizeBytes: size, inode: ino, modifiedAtMs: Math.round(mtimeMs) };
}

/** What a look at the content came to. */
export interface Finding {
  /** Undefined: it is what it was, whatever the stats say. */
  readonly change: FileChange | undefined;
  readonly stats: FileStats | undefined;
  /** Where it has only grown: all of it. */
  readonly grown?: Content;
}

/** Settles by content whether a file is what it was, reading no more than that takes. */
export function* settle(path: string, known: Knowledge): Steps<Finding> {
  const { sizeBytes } = known.content;
  const fd = openToRead(path);
  if (fd === undefined) return { change: sizeBytes > 0 ? 'deleted' : undefined, stats: undefined };
  try {
    const stats = disk.fstat(fd);
    const isOther = known.stats !== undefined && known.stats.ino !== stats.ino;
    const otherwise = isOther || !stats.isFile() ? 'replaced' : undefined;
    if (!stats.isFile()) return { change: 'replaced', stats };
    if (stats.size < sizeBytes) return { change: otherwise ?? 'truncated', stats };
    const content = new Content();
    yield* readInto(fd, content, sizeBytes, (_, read) => known.content.agreesWith(read));
    if (!content.equals(known.content)) return { change: otherwise ?? 'rewritten', stats };
    if (stats.size === sizeBytes) return { change: undefined, stats };
    yield* readInto(fd, content, stats.size);
    return { change: 'appended', stats, grown: content };
  } finally {
    disk.close(fd);
  }
}
