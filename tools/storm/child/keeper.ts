import { readFileSync } from 'node:fs';
import type { Part } from '../settings.js';

/**
 * Sees to it that nothing of a storm stays when the storm itself is killed: a process that was
 * stopped cannot notice by itself. It is told the ids of all processes.
 */
export function keep({ settings }: Part): void {
  const pids = new Set<number>();
  process.on('message', (pid) => pids.add(pid as number));
  process.on('disconnect', () => {
    for (const pid of pids) if (isOfStorm(pid, settings.root)) process.kill(pid, 'SIGKILL');
  });
}

/** An id may have been given to somebody else meanwhile. */
function isOfStorm(pid: number, root: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(root);
  } catch {
    return false;
  }
}
