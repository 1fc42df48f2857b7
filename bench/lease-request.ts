import type { LeaseRequest } from 'penholder/lock-file';

const { pid } = process;

/** Of a run of this process, which waits for as long as it takes and never loses its file. */
export const REQUEST: LeaseRequest = {
  holder: {
    instanceId: String(pid),
    runId: 'bench',
    kind: 'person',
    pid,
    threadId: 0,
    host: 'here',
    processStartedAtMs: 0,
    acquiredAtMs: 0,
  },
  wait: true,
  signal: new AbortController().signal,
  onLost: (cause) => {
    throw cause;
  },
};
