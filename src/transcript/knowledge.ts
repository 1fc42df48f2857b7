import type { FileFingerprint } from '../errors/takeover-error.js';
import { monotonicMs } from '../support/clock.js';
import type { FileChange } from '../types.js';
import { Content } from './content.js';
import { disk, type FileStats } from './disk.js';
import { openToRead, type Read, readInto } from './read-file.js';
import { areProof } from './stamps.js';
import type { Steps } from './steps.js';
import { noteWritten, type Use } from './use.js';

/** Bytes of ours of which nobody could tell how many have reached the end of the file. */
export class Doubt {
  readonly bytes: Buffer;
  readonly use: Use;
  /** Somebody found out, and told whoever is to know of it. */
  isNoted = false;

  constructor(use: Use, bytes: Buffer) {
    this.use = use;
    this.bytes = bytes;
  }

  /** @param lengthBytes how much of it is there */
  note(offsetBytes: number, lengthBytes: number): void {
    if (this.isNoted) return;
    this.isNoted = true;
    noteWritten(this.use, offsetBytes, lengthBytes);
  }
}

/**
 * What a file is known to be: its content, and the stats that go with it. Kept at the gate, so that
 * whoever comes next need not read what has not changed.
 */
export class Knowledge {
  readonly content: Content;
  exists = false;
  doubt: Doubt | undefined = undefined;
  /** As last seen. */
  stats: FileStats | undefined;
  /** False: only content can tell. */
  isTrusted = true;
  isProof = false;
  /** When these time stamps were first seen, by our clock: the one of the volume may be another. */
  sinceMs = 0;

  /** @param before what was known of the same file, where its stamps are the same */
  constructor({ stats, content, takenMs }: Read, before?: Knowledge) {
    this.content = content;
    if (before !== undefined) {
      this.stats = before.stats;
      this.sinceMs = before.sinceMs;
    }
    this.renew(stats, takenMs);
  }

  /**
   * The content is known to go with these stats.
   *
   * @param takenMs when they were taken, which was before the content was looked at
   */
  renew(stats: FileStats | undefined, takenMs: number): void {
    this.doubt = undefined;
    this.exists = stats !== undefined;
    if (stats === undefined || !haveSameStamps(this.stats, stats)) this.sinceMs = takenMs;
    this.stats = stats;
    this.isTrusted = true;
    this.isProof = stats !== undefined && areProof(stats, takenMs - this.sinceMs);
  }

  /** Its stats tell nothing any more: the next look has to read. */
  distrust(doubt?: Doubt): void {
    this.doubt = doubt;
    this.isTrusted = false;
    this.isProof = false;
  }

  /** Whether the stats that the file has now prove that nobody has changed it. */
  isProvenBy(stats: FileStats | undefined): boolean {
    if (!this.exists) return stats === undefined && this.isTrusted;
    return this.isProof && this.looksLike(stats);
  }

  /** Whether nothing is seen that would contradict it. */
  looksLike(stats: FileStats | undefined): boolean {
    if (!this.isTrusted) return false;
    if (stats === undefined || this.stats === undefined) return stats === undefined && !this.exists;
    const known = this.stats;
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
    return { ...fingerprintOf(this.stats), exists, sizeBytes: content.sizeBytes };
  }
}

function haveSameStamps(one: FileStats | undefined, other: FileStats): boolean {
  return one?.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs;
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
  readonly takenMs: number;
  /** Where it has only grown: all of it. */
  readonly grown?: Content;
}

/** Settles by content whether a file is what it was, reading no more than that takes. */
export function* settle(path: string, known: Knowledge): Steps<Finding> {
  const { sizeBytes } = known.content;
  const takenMs = monotonicMs();
  const fd = openToRead(path);
  if (fd === undefined) {
    return { change: sizeBytes > 0 ? 'deleted' : undefined, stats: undefined, takenMs };
  }
  try {
    const stats = disk.fstat(fd);
    const found = { stats, takenMs };
    if (!stats.isFile()) return { ...found, change: 'replaced' };
    const isOther = known.stats !== undefined && known.stats.ino !== stats.ino;
    if (stats.size < sizeBytes) return { ...found, change: isOther ? 'replaced' : 'truncated' };
    const content = new Content();
    yield* readInto(fd, content, sizeBytes, (read) => known.content.agreesWith(read));
    const isCutShort = content.sizeBytes < sizeBytes && disk.fstat(fd).size < sizeBytes;
    if (isCutShort) return { stats: disk.fstat(fd), takenMs, change: 'truncated' };
    if (!content.equals(known.content)) {
      return { ...found, change: isOther ? 'replaced' : 'rewritten' };
    }
    if (stats.size === sizeBytes) return { ...found, change: undefined };
    yield* readInto(fd, content, stats.size);
    return { ...found, change: 'appended', grown: content };
  } finally {
    disk.close(fd);
  }
}
