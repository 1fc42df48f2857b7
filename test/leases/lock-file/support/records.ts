import type { HolderInfo } from '../../../../src/types.js';

export function holderOf(id: string): HolderInfo {
  return {
    instanceId: id,
    runId: id,
    kind: 'person',
    pid: 1,
    threadId: 0,
    host: 'h',
    processStartedAtMs: 1,
    acquiredAtMs: 2,
  };
}
