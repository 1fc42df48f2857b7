import { vi } from 'vitest';
import { disk, type FileStats } from '../../../../src/transcript/disk.js';

type DiskCall = keyof typeof disk;
type DiskFunction = (...args: readonly unknown[]) => unknown;
type DiskSpy = { readonly mock: { readonly calls: unknown[][] } };

let devices = 4_000_000;

/** What the package would call now: the file system, or what plays it already. */
function presentOf<Name extends DiskCall>(name: Name): (typeof disk)[Name] {
  const present = disk[name];
  if (!vi.isMockFunction(present)) return present;
  return present.getMockImplementation() as (typeof disk)[Name];
}

function play(name: DiskCall, implementation: DiskFunction): DiskSpy {
  const calls = disk as Record<DiskCall, DiskFunction>;
  return vi.spyOn(calls, name).mockImplementation(implementation);
}

/** A device that nobody has asked about: what is known of volumes is kept per device. */
function freshDevice(): number {
  devices += 1;
  return devices;
}

/** All stats that the package sees go through this first. */
function changeStats(change: (stats: FileStats) => Partial<FileStats>): void {
  const stat = presentOf('stat');
  const fstat = presentOf('fstat');
  vi.spyOn(disk, 'stat').mockImplementation((path) => {
    const stats = stat(path);
    return stats && Object.assign(stats, change(stats));
  });
  vi.spyOn(disk, 'fstat').mockImplementation((fd) => {
    const stats = fstat(fd);
    return Object.assign(stats, change(stats));
  });
}

/**
 * A volume on which changes that follow each other have stamps a moment apart, also where the
 * process stands still between them: then the stamps of the one below prove nothing.
 */
export function playFineVolume(): void {
  const dev = freshDevice();
  const played = new Map<number, number>();
  let lastMs = 0;
  const finely = (ctimeMs: number): number => {
    const known = played.get(ctimeMs);
    if (known !== undefined) return known;
    lastMs = lastMs === 0 ? ctimeMs : lastMs + 0.01;
    played.set(ctimeMs, lastMs);
    return lastMs;
  };
  changeStats(({ ctimeMs }) => ({ dev, ctimeMs: finely(ctimeMs) }));
}

/** A volume that counts time in ticks, and whose clock is that much behind. */
export function playCoarseVolume(tickMs: number, behindMs = 0): void {
  const dev = freshDevice();
  const round = (ms: number): number => Math.floor((ms - behindMs) / tickMs) * tickMs;
  changeStats(({ mtimeMs, ctimeMs }) => ({
    dev,
    mtimeMs: round(mtimeMs),
    ctimeMs: round(ctimeMs),
  }));
}

export type Flapping = 'ino' | 'mtimeMs' | 'ctimeMs';

/** A network drive on which these change by themselves, so that no two looks agree. */
export function playFlappingVolume(fields: readonly Flapping[]): void {
  const dev = freshDevice();
  let looks = 0;
  changeStats((stats) => {
    looks += 1;
    return { dev, ...Object.fromEntries(fields.map((field) => [field, stats[field] + looks * 7])) };
  });
}

/** How often the package has asked the file system since, by call; only what was asked at all. */
export function countDisk(): () => Partial<Record<DiskCall, number>> {
  const names = Object.keys(disk) as DiskCall[];
  const spies = names.map((name) => {
    const spy = play(name, presentOf(name) as DiskFunction);
    return { name, spy, before: spy.mock.calls.length };
  });
  return () =>
    Object.fromEntries(
      spies
        .map(({ name, spy, before }) => [name, spy.mock.calls.length - before] as const)
        .filter(([, calls]) => calls > 0),
    );
}

/** Right before or after which call to the file system, counted from now. */
export interface Moment {
  readonly call: DiskCall;
  readonly when: 'before' | 'after';
  readonly nth: number;
}

/** Somebody acts in that moment, once. True from then on. */
export function meddle({ call, when, nth }: Moment, act: () => void): () => boolean {
  const original = presentOf(call) as DiskFunction;
  let calls = 0;
  let hasActed = false;
  const actNow = (): void => {
    hasActed = true;
    act();
  };
  play(call, (...args) => {
    calls += 1;
    const isNow = calls === nth;
    if (isNow && when === 'before') actNow();
    const answer = original(...args);
    if (isNow && when === 'after') actNow();
    return answer;
  });
  return () => hasActed;
}

/** The same right before the nth call of any kind, so that each moment of some work can be played. */
export function meddleBefore(nth: number, act: () => void): () => boolean {
  let calls = 0;
  for (const name of Object.keys(disk) as DiskCall[]) {
    const original = presentOf(name) as DiskFunction;
    play(name, (...args) => {
      calls += 1;
      if (calls === nth) act();
      return original(...args);
    });
  }
  return () => calls >= nth;
}
