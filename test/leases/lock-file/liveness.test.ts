import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { judge } from '../../../src/leases/lock-file/liveness.js';
import { identity, stat } from './support/identities.js';
import { systemError } from './support/memory-disk.js';

vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  return {
    ...real,
    readFileSync: vi.fn(real.readFileSync) as never,
    readdirSync: vi.fn(real.readdirSync) as never,
  };
});

const PROCESS = `/proc/${process.pid}/stat`;
const THREAD = `/proc/${process.pid}/task/77/stat`;
const self = identity({ instanceId: 'self' });

/** What reading such a file gives; the code of an error where that is all in capitals. */
let kernel: Record<string, string>;

describe('whether a holder lives', () => {
  beforeEach(() => {
    kernel = { [PROCESS]: stat('500'), [THREAD]: stat('600') };
    vi.mocked(readFileSync).mockImplementation(((path: string) => {
      const said = kernel[path] ?? 'ENOENT';
      if (/^E[A-Z]+$/.test(said)) throw systemError(said);
      return said;
    }) as never);
    vi.mocked(readdirSync).mockReturnValue(['77', '78'] as never);
    vi.spyOn(process, 'kill').mockReturnValue(true);
  });

  it('[L1] says that it lives where its process and thread run since the same moment', () => {
    expect(judge(identity(), false, self).liveness).toBe('alive');
  });

  it('[L1] takes the same process id with another start for dead', () => {
    kernel = { [PROCESS]: stat('501'), [THREAD]: stat('601') };

    expect(judge(identity(), false, self)).toEqual({
      liveness: 'dead',
      because: 'another process has got its id',
    });
  });

  it('[L1] takes a process id that is its own again, in another instance, for dead by its start', () => {
    const before = identity({ startTicks: '400', osThreadId: '76', threadStartTicks: '400' });

    expect(judge(before, false, self).liveness).toBe('dead');
  });

  it.each(['Z', 'X'])(
    '[L1] takes what is left of a process (%s) for dead, and says so',
    (state) => {
      kernel = {
        [PROCESS]: stat('500', state),
        [THREAD]: stat('600', state),
        [`/proc/${process.pid}/task/78/stat`]: stat('601', state),
      };

      expect(judge(identity(), false, self)).toEqual({
        liveness: 'dead',
        because: 'its process has ended (what is left of it is a zombie)',
      });
    },
  );

  it('[L4] cannot tell while a thread of a process that was killed is at its last call', () => {
    kernel = {
      [PROCESS]: stat('500', 'Z'),
      [THREAD]: stat('600', 'Z'),
      [`/proc/${process.pid}/task/78/stat`]: stat('601', 'D'),
    };

    expect(judge(identity(), false, self).liveness).toBe('unknown');
  });

  it.each(['EMFILE', 'EACCES', 'EIO'])(
    '[L4] cannot tell where the threads of a process that was killed cannot be listed: %s',
    (code) => {
      kernel = { [PROCESS]: stat('500', 'Z'), [THREAD]: stat('600', 'Z') };
      vi.mocked(readdirSync).mockImplementation(() => {
        throw systemError(code);
      });

      expect(judge(identity(), false, self).liveness).toBe('unknown');
    },
  );

  it('[L4] cannot tell where a thread of a process that was killed cannot be read', () => {
    kernel = {
      [PROCESS]: stat('500', 'Z'),
      [THREAD]: stat('600', 'Z'),
      [`/proc/${process.pid}/task/78/stat`]: 'EMFILE',
    };

    expect(judge(identity(), false, self).liveness).toBe('unknown');
  });

  it('[L1] takes a process for dead whose last thread has gone while it was looked at', () => {
    kernel = { [PROCESS]: stat('500', 'Z'), [THREAD]: stat('600', 'Z') };

    expect(judge(identity(), false, self).liveness).toBe('dead');
  });

  it('[L1] takes a process for dead that has gone while it was looked at', () => {
    kernel = { [PROCESS]: stat('500', 'Z'), [THREAD]: stat('600', 'Z') };
    vi.mocked(readdirSync).mockImplementation(() => {
      throw systemError('ENOENT');
    });

    expect(judge(identity(), false, self).liveness).toBe('dead');
  });

  it('[L1] takes a process id that nobody has for dead', () => {
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('ESRCH');
    });

    expect(judge(identity(), false, self).liveness).toBe('dead');
  });

  it.each([
    ['of the holder', identity({ startTicks: undefined }), self],
    ['of this process', identity(), identity({ instanceId: 'self', startTicks: undefined })],
  ])('[L1] leaves it to the heartbeat where the start %s is unknown', (_whose, holder, own) => {
    expect(judge(holder, false, own).liveness).toBe('unknown');
  });

  it('[L1] takes a dead process without a known start for dead', () => {
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('ESRCH');
    });

    expect(judge(identity({ startTicks: undefined }), false, self).liveness).toBe('dead');
  });

  it('[L2] takes what this thread made and does not hold for dead at once', () => {
    expect(judge(identity({ instanceId: 'self' }), false, self).liveness).toBe('dead');
  });

  it('[L2] never takes what this thread holds for dead, whatever the kernel says', () => {
    kernel = {};

    expect(judge(identity({ instanceId: 'self' }), true, self).liveness).toBe('alive');
  });

  it.each([
    ['another boot, in a container', { bootId: 'b2', pidNamespace: 'pid:[5]' }],
    ['another namespace', { pidNamespace: 'pid:[5]' }],
    ['an unknown namespace', { pidNamespace: undefined }],
    ['another boot of another machine', { bootId: 'b2', machineId: 'm2' }],
    ['another boot under another name', { bootId: 'b2', host: 'there' }],
    ['another boot, and no known machine', { bootId: 'b2', machineId: undefined }],
    ['no known boot, and another host', { bootId: undefined, host: 'there' }],
    ['no known boot, and another machine', { bootId: undefined, machineId: 'm2' }],
    ['no known boot nor machine', { bootId: undefined, machineId: undefined }],
    ['no known boot, and another namespace', { bootId: undefined, pidNamespace: 'pid:[5]' }],
  ])('[L3] never judges by the process id: %s', (_what, there) => {
    kernel = {};
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('ESRCH');
    });

    expect(judge(identity(there), false, self).liveness).toBe('unknown');
  });

  it('[L3] takes a holder from before the machine was started anew for dead', () => {
    expect(judge(identity({ bootId: 'b0' }), false, self).liveness).toBe('dead');
  });

  it('[L1] judges by the process id where the machine is known and has no boot id', () => {
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('ESRCH');
    });
    const own = identity({ instanceId: 'self', bootId: undefined });

    expect(judge(identity({ bootId: undefined }), false, own).liveness).toBe('dead');
  });

  it.each(['Z', 'X'])('[L1] takes what is left of a dead process (%s) for dead', (state) => {
    kernel = { [PROCESS]: stat('500', state), [THREAD]: stat('600', state) };

    expect(judge(identity(), false, self).liveness).toBe('dead');
  });

  it('[L1] takes the claim of a thread that ended for dead, though its process runs', () => {
    kernel = { [PROCESS]: stat('500') };

    expect(judge(identity(), false, self)).toEqual({
      liveness: 'dead',
      because: 'its thread has ended',
    });
  });

  it('[L1] takes a thread id that another thread got for a thread that ended', () => {
    kernel = { [PROCESS]: stat('500'), [THREAD]: stat('601') };

    expect(judge(identity(), false, self).liveness).toBe('dead');
  });

  it('asks for the process alone where the thread is not known', () => {
    kernel = { [PROCESS]: stat('500') };

    expect(judge(identity({ osThreadId: undefined }), false, self).liveness).toBe('alive');
  });

  it.each(['EMFILE', 'ENFILE', 'EACCES', 'EPERM', 'EIO', 'ENOMEM'])(
    '[L4] takes nobody for dead of whom nothing can be read: %s',
    (code) => {
      kernel = { [PROCESS]: code, [THREAD]: code };

      expect(judge(identity(), false, self).liveness).toBe('unknown');
    },
  );

  it('[L4] takes nobody for dead whose thread alone cannot be read', () => {
    kernel = { [PROCESS]: stat('500'), [THREAD]: 'EMFILE' };

    expect(judge(identity(), false, self).liveness).toBe('unknown');
  });

  it('[L4] takes no process of another user for dead that the kernel hides', () => {
    kernel = {};
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('EPERM');
    });

    expect(judge(identity(), false, self).liveness).toBe('unknown');
  });

  it('[L4] takes nobody for dead of whom the kernel says something that is not understood', () => {
    kernel = { [PROCESS]: '1 (node) S', [THREAD]: '1 (node) S' };

    expect(judge(identity(), false, self).liveness).toBe('unknown');
  });
});
