import type { ProcessIdentity } from '../../../../src/leases/lock-file/identity.js';

const ROOT = 'pid:[4026531836]';

/** Somebody on this machine, as a made-up kernel knows it; its process has the id of this one. */
export function identity(rest: Partial<ProcessIdentity> = {}): ProcessIdentity {
  return {
    instanceId: 'other',
    host: 'here',
    machineId: 'm1',
    bootId: 'b1',
    pidNamespace: ROOT,
    pid: process.pid,
    startTicks: '500',
    threadId: 0,
    osThreadId: '77',
    threadStartTicks: '600',
    ...rest,
  };
}

/** What the kernel says in a stat file. */
export function stat(began: string, state = 'S'): string {
  return `1 (a) b) ${state} ${'0 '.repeat(18)}${began} 0 0`;
}
