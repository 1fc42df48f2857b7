import { ownIdentity, type ProcessIdentity, startTicksOf } from './identity.js';

/** `unknown` where only a missing heartbeat can tell. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** What was found, and how that is known. */
export interface Judgement {
  readonly liveness: Liveness;
  readonly because: string;
}

/** The first of all namespaces, which every machine has: include/linux/proc_ns.h, PROC_PID_INIT_INO. */
const ROOT_NAMESPACE = 'pid:[4026531836]';

/**
 * Whether a holder lives, as far as that can be proven from here. A process id says something only
 * on the machine, and in the namespace, in which it was given; elsewhere it proves nothing.
 *
 * @param isOwnLease whether this thread holds the very lease that is looked at
 */
export function judge(
  holder: ProcessIdentity,
  isOwnLease: boolean,
  self: ProcessIdentity = ownIdentity(),
): Judgement {
  if (holder.instanceId === self.instanceId) {
    return isOwnLease ? ALIVE.own : DEAD.orphan;
  }
  if (holder.bootId === undefined || self.bootId === undefined) {
    return isSameMachine(holder, self) ? judgeProcess(holder, self) : UNKNOWN.host;
  }
  if (holder.bootId === self.bootId) {
    return holder.pidNamespace === self.pidNamespace
      ? judgeProcess(holder, self)
      : UNKNOWN.namespace;
  }
  // Containers on several machines may share name, machine id and even the number of a namespace.
  const isRoot = holder.pidNamespace === ROOT_NAMESPACE && self.pidNamespace === ROOT_NAMESPACE;
  return isRoot && isSameMachine(holder, self) ? DEAD.boot : UNKNOWN.host;
}

function isSameMachine(holder: ProcessIdentity, self: ProcessIdentity): boolean {
  return (
    holder.host === self.host &&
    holder.machineId !== undefined &&
    holder.machineId === self.machineId
  );
}

function judgeProcess(holder: ProcessIdentity, self: ProcessIdentity): Judgement {
  if (!exists(holder.pid)) return DEAD.pid;
  // Without start times a process that got the same id cannot be told from the holder.
  if (holder.startTicks === undefined || self.startTicks === undefined) return UNKNOWN.start;
  const startTicks = startTicksOf(`/proc/${holder.pid}/stat`);
  if (startTicks === undefined) return DEAD.pid;
  if (startTicks !== holder.startTicks) return DEAD.start;
  const { osThreadId, threadStartTicks } = holder;
  if (osThreadId === undefined || threadStartTicks === undefined) return ALIVE.process;
  const threadTicks = startTicksOf(`/proc/${holder.pid}/task/${osThreadId}/stat`);
  return threadTicks === threadStartTicks ? ALIVE.process : DEAD.thread;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is a process all the same.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const ALIVE = {
  own: { liveness: 'alive', because: 'it is held by this thread' },
  process: { liveness: 'alive', because: 'its process runs, since the same moment' },
} as const satisfies Record<string, Judgement>;

const DEAD = {
  orphan: { liveness: 'dead', because: 'this thread made it, and does not hold it' },
  boot: { liveness: 'dead', because: 'the machine was started anew since' },
  pid: { liveness: 'dead', because: 'no process has its id' },
  start: { liveness: 'dead', because: 'another process has got its id' },
  thread: { liveness: 'dead', because: 'its thread has ended' },
} as const satisfies Record<string, Judgement>;

const UNKNOWN = {
  host: { liveness: 'unknown', because: 'it is on another machine' },
  namespace: { liveness: 'unknown', because: 'it is in another container' },
  start: { liveness: 'unknown', because: 'a process has its id, perhaps another one' },
} as const satisfies Record<string, Judgement>;
