import { fstatSync } from 'node:fs';
import { afterEach, beforeEach } from 'vitest';
import { disk } from '../../../../src/transcript/disk.js';

type Call = keyof typeof disk;
type AnyCall = (...args: unknown[]) => unknown;

export const CODES = ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'ENOENT'] as const;

/** How a call fails: before it did anything, after it did all of it, or half-way without an error. */
export interface Fault {
  readonly how: 'before' | 'after' | 'short';
  readonly code: (typeof CODES)[number];
}

export interface FaultyDisk {
  /** Names of all calls since `arm`. */
  readonly calls: readonly Call[];
  /** The calls that failed since `arm`, as `write after EIO`. */
  readonly failed: readonly string[];
  /** Descriptors that were opened and not closed, whatever the close came to. */
  readonly open: number;
  /** From now on calls are counted from 0, and those with a number in the plan fail. */
  arm(plan?: ReadonlyMap<number, Fault>): void;
  /** From now on nothing fails and nothing is counted; descriptors still are. */
  heal(): void;
}

function systemError({ code }: Fault, call: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
}

/** Half of what was asked for, at least one byte. */
function half(name: Call, args: unknown[]): unknown[] {
  if (name === 'read') {
    const [fd, into, length, position] = args as Parameters<typeof disk.read>;
    return [fd, into, Math.ceil(length / 2), position];
  }
  const [fd, bytes, from] = args as Parameters<typeof disk.write>;
  return [fd, bytes.subarray(0, from + Math.ceil((bytes.length - from) / 2)), from];
}

/** No test can see what it is for, and thousands of them take minutes: only its descriptor counts. */
const sync = (fd: number): void => {
  fstatSync(fd);
};

/**
 * Every call of the disk can be made to fail by its number. Whatever is not to fail is real, but for
 * the waits for the hardware.
 */
export function useFaultyDisk(): FaultyDisk {
  const original = { ...disk };
  const quick = { ...disk, sync, syncLater: async (fd: number) => sync(fd) };
  const real = quick as unknown as Readonly<Record<Call, AnyCall>>;
  const descriptors = new Set<unknown>();
  const calls: Call[] = [];
  const failed: string[] = [];
  let plan: ReadonlyMap<number, Fault> | undefined;
  let isArmed = false;

  const done = (name: Call, args: unknown[], value: unknown): unknown => {
    if (name === 'open') descriptors.add(value);
    if (name === 'close') descriptors.delete(args[0]);
    return value;
  };
  const fail = (name: Call, args: unknown[], fault: Fault): unknown => {
    const error = systemError(fault, name);
    // A close that fails has given its descriptor back all the same.
    const isDone = fault.how === 'after' || name === 'close';
    const value = isDone ? done(name, args, real[name](...args)) : undefined;
    if (name === 'open' && isDone) done('close', [value], real.close(value));
    if (name !== 'syncLater') throw error;
    return Promise.resolve(value).then(() => Promise.reject(error));
  };
  const perform = (name: Call, args: unknown[]): unknown => {
    const number = calls.length;
    if (isArmed) calls.push(name);
    const fault = isArmed ? plan?.get(number) : undefined;
    const isShort = fault?.how === 'short';
    if (fault === undefined || (isShort && name !== 'read' && name !== 'write')) {
      return done(name, args, real[name](...args));
    }
    failed.push(`${name} ${fault.how}${isShort ? '' : ` ${fault.code}`}`);
    return isShort ? real[name](...half(name, args)) : fail(name, args, fault);
  };
  // No spies: they keep every call, and there are hundreds of thousands.
  beforeEach(() => {
    for (const name of Object.keys(real) as Call[]) {
      Object.assign(disk, { [name]: (...args: unknown[]) => perform(name, args) });
    }
  });
  afterEach(() => {
    Object.assign(disk, original);
    isArmed = false;
    descriptors.clear();
  });

  return {
    calls,
    failed,
    get open() {
      return descriptors.size;
    },
    arm(next) {
      plan = next;
      isArmed = true;
      calls.length = 0;
      failed.length = 0;
    },
    heal() {
      isArmed = false;
    },
  };
}
