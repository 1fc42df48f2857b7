import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { seen } from '../../src/cli/stopped.js';
import { ownIdentity, type ProcessIdentity } from '../../src/leases/lock-file/identity.js';

vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  return { ...real, readFileSync: vi.fn(real.readFileSync) as never };
});

const ALIVE = { liveness: 'alive', because: 'its process runs' } as const;
const HOLDER = { ...ownIdentity(), pid: 7, osThreadId: '8' };

function kernelSays(path: string, letter: string): void {
  vi.mocked(readFileSync).mockImplementation(((asked: string) => {
    if (asked !== path) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return `8 (a) T) ${letter} 1 2 3`;
  }) as never);
}

describe('whether a process is stopped', () => {
  it.each([
    {
      letter: 'T',
      isStopped: true,
      because: 'its process is there, and is stopped (SIGSTOP or Ctrl+Z)',
    },
    { letter: 't', isStopped: true, because: 'its process is there, and is stopped by a debugger' },
    { letter: 'S', isStopped: false, because: 'its process runs' },
    { letter: 'R', isStopped: false, because: 'its process runs' },
    { letter: 'D', isStopped: false, because: 'its process runs' },
  ])('is what the kernel says of its thread: $letter', ({ letter, isStopped, because }) => {
    kernelSays('/proc/7/task/8/stat', letter);

    expect(seen(ALIVE, HOLDER)).toEqual({ liveness: 'alive', isStopped, because });
  });

  it('is what the kernel says of the process where the thread is not known', () => {
    kernelSays('/proc/7/stat', 'T');

    expect(seen(ALIVE, { ...HOLDER, osThreadId: undefined }).isStopped).toBe(true);
  });

  it.each<{ of: string; liveness: 'alive' | 'dead' | 'unknown'; process?: ProcessIdentity }>([
    { of: 'that the kernel does not show', liveness: 'alive', process: { ...HOLDER, pid: 9 } },
    { of: 'of whom nothing is proven', liveness: 'unknown', process: HOLDER },
    { of: 'that is dead', liveness: 'dead', process: HOLDER },
    { of: 'whose record is gone', liveness: 'alive' },
  ])('is not known of one $of', ({ liveness, process }) => {
    kernelSays('/proc/7/task/8/stat', 'T');
    const judgement = { liveness, because: 'as it was' };

    expect(seen(judgement, process)).toEqual({ ...judgement, isStopped: null });
  });
});
