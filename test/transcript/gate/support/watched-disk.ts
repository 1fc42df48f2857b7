import { afterEach, beforeEach } from 'vitest';
import { disk } from '../../../../src/transcript/disk.js';

export interface WatchedDisk {
  /** The calls to the file system since `watch()`. */
  readonly calls: string[];
  watch(): void;
}

/** Tells which calls to the file system uses of the transcript make, in each test of a block. */
export function useWatchedDisk(): WatchedDisk {
  const real = { ...disk };
  const calls: string[] = [];
  beforeEach(() => {
    calls.length = 0;
  });
  afterEach(() => {
    Object.assign(disk, real);
  });
  return {
    calls,
    watch() {
      for (const [name, call] of Object.entries(real)) {
        const noted = (...args: unknown[]): unknown => {
          calls.push(name);
          return (call as (...args: unknown[]) => unknown)(...args);
        };
        Object.assign(disk, { [name]: noted });
      }
    },
  };
}
