import { vi } from 'vitest';
import { lockDisk } from '../../../../src/leases/lock-file/lock-disk.js';
import { systemError } from './memory-disk.js';

export interface FailingDisk {
  /** The names of all calls so far. */
  readonly calls: string[];
  /** From now on nothing fails. */
  mend(): void;
}

/** Makes one call fail, by its position among all; counted from 0. None where that is undefined. */
export function failAt(position: number | undefined, code: string): FailingDisk {
  const calls: string[] = [];
  let isMended = false;
  for (const name of Object.keys(lockDisk) as (keyof typeof lockDisk)[]) {
    const before = lockDisk[name] as (...args: unknown[]) => unknown;
    vi.spyOn(lockDisk, name).mockImplementation((...args: unknown[]) => {
      calls.push(name);
      if (!isMended && calls.length - 1 === position) throw systemError(code);
      return before(...args);
    });
  }
  return {
    calls,
    mend() {
      isMended = true;
    },
  };
}
