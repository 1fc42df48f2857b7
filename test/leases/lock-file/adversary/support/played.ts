import { afterEach, beforeEach } from 'vitest';
import { playDisk } from './stepper.js';

/** Every call of the tests of a block to the disk of locks is a step of a played disk. */
export function usePlayedDisk(): void {
  let restore: (() => void) | undefined;

  beforeEach(() => {
    restore = playDisk();
  });
  afterEach(() => {
    restore?.();
  });
}
