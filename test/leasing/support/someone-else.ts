import type { HolderInfo } from '../../../src/types.js';

/** What is known of a run of another process. */
export function someoneElse(changes: Partial<HolderInfo> = {}): HolderInfo {
  return {
    instanceId: 'another-instance',
    runId: 'their-run',
    kind: 'cron',
    pid: 4_242,
    threadId: 0,
    host: 'another-host',
    processStartedAtMs: 1_000,
    acquiredAtMs: 2_000,
    startBytes: 7,
    ...changes,
  };
}
