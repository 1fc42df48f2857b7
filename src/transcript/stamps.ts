import { disk, type FileStats } from './disk.js';

/**
 * Whether time stamps prove anything, as version-control indexes have to ask.
 *
 * A file system that counts time in ticks gives two changes in one tick the same stamps. Stats that
 * were taken in the tick of the last change therefore cannot show that nothing came after it, not
 * even much later. Where each change gets a stamp of its own (Linux from 6.13 on, APFS, NTFS) any
 * stats prove it.
 */

/** No tick is longer: FAT keeps two seconds. */
const LONGEST_TICK_MS = 2_500;
/** No clock is so wrong: what is that old has not just been changed. */
const FAR_MS = 86_400_000;
/** Two changes that follow each other at once and differ by less show a clock, not ticks. */
const FINE_MS = 1;

/** Volumes by device, as far as tried: whether each change gets stamps of its own. */
const fineVolumes = new Map<number, boolean>();

/**
 * Whether any change after these stats were taken shows in the stamps.
 *
 * @param knownMs how long these stamps have been seen, by our own clock: that of a volume elsewhere
 *   may be another
 */
export function areProof(stats: FileStats, knownMs: number): boolean {
  if (fineVolumes.get(stats.dev) === true || knownMs > LONGEST_TICK_MS) return true;
  const ageMs = Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs);
  return ageMs > FAR_MS;
}

/** Whether it was found out what the stamps of this volume are worth. */
export function knowsStamps(stats: FileStats): boolean {
  return fineVolumes.has(stats.dev);
}

/**
 * Finds out, once for each volume, whether changes that follow each other at once differ in their
 * stamps: gives a file that was just written the mode that it has. Never throws.
 *
 * @returns whether it did so, so that other stats go with the file now
 */
export function learnStamps(fd: number, stats: FileStats): boolean {
  if (knowsStamps(stats)) return false;
  try {
    const verdict = tryStamps(fd);
    if (verdict !== undefined) fineVolumes.set(stats.dev, verdict);
  } catch {
    // Whoever may not set the mode cannot find out: ticks are assumed.
    fineVolumes.set(stats.dev, false);
  }
  return true;
}

/**
 * Thrice, since two changes may happen to lie in two ticks, not four. Undefined where the process
 * stood still meanwhile: then the difference is no answer.
 */
function tryStamps(fd: number): boolean | undefined {
  const mode = disk.fstat(fd).mode & 0o7777;
  disk.chmod(fd, mode);
  let before = disk.fstat(fd);
  for (let round = 0; round < 3; round += 1) {
    disk.chmod(fd, mode);
    const after = disk.fstat(fd);
    const differenceMs = after.ctimeMs - before.ctimeMs;
    if (differenceMs <= 0) return false;
    if (differenceMs >= FINE_MS) return undefined;
    before = after;
  }
  return true;
}
