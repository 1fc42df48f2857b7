import type { HolderInfo } from '../types.js';

/** Whoever it is: what the lock says cannot be understood. Error texts know it by its pid, 0. */
export const UNKNOWN_HOLDER: HolderInfo = Object.freeze({
  instanceId: '',
  runId: 'unknown',
  kind: 'command',
  pid: 0,
  threadId: 0,
  host: 'unknown',
  processStartedAtMs: 0,
  acquiredAtMs: 0,
});
