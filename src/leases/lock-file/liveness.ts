import { hasLiveThread, ownIdentity, type ProcessIdentity, ticksOf } from './identity.js';

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
    if (!isSameMachine(holder, self)) return UNKNOWN.host;
    return isSameNamespace(holder, self) ? judgeProcess(holder, self) : UNKNOWN.namespace;
  }
  if (holder.bootId === self.bootId) {
    return isSameNamespace(holder, self) ? judgeProcess(holder, self) : UNKNOWN.namespace;
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

/** Systems without namespaces have one. */
function isSameNamespace(holder: ProcessIdentity, self: ProcessIdentity): boolean {
  return holder.pidNamespace === self.pidNamespace;
}

/** The thread first: it may be at its last call while its process counts as ended. */
function judgeProcess(holder: ProcessIdentity, self: ProcessIdentity): Judgement {
  const seen = seek(holder.pid);
  if (seen === 'gone') return DEAD.pid;
  // Without start times a process that got the same id cannot be told from the holder.
  if (holder.startTicks === undefined || self.startTicks === undefined) return UNKNOWN.start;
  const thread = threadOf(holder);
  if (thread === 'same') return ALIVE.process;
  const ticks = ticksOf(`/proc/${holder.pid}/stat`);
  // The processes of others may be hidden.
  if (ticks === 'unclear' || (ticks === 'gone' && seen === 'foreign')) return UNKNOWN.hidden;
  // Killed, and one of its threads may be at its last call.
  if (ticks === 'gone') return hasLiveThread(holder.pid) ? UNKNOWN.ending : DEAD.zombie;
  if (ticks.began !== holder.startTicks) return DEAD.start;
  if (thread === 'unclear') return UNKNOWN.hidden;
  return thread === 'none' ? ALIVE.process : DEAD.thread;
}

function threadOf(holder: ProcessIdentity): 'none' | 'same' | 'gone' | 'unclear' {
  const { pid, osThreadId, threadStartTicks } = holder;
  if (osThreadId === undefined || threadStartTicks === undefined) return 'none';
  const ticks = ticksOf(`/proc/${pid}/task/${osThreadId}/stat`);
  if (typeof ticks === 'string') return ticks;
  return ticks.began === threadStartTicks ? 'same' : 'gone';
}

/** By its id alone; `foreign` is somebody else's. */
export function seek(pid: number): 'gone' | 'there' | 'foreign' {
  try {
    process.kill(pid, 0);
    return 'there';
  } catch (error) {
    // Somebody else's process is a process all the same.
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'gone' : 'foreign';
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
  zombie: { liveness: 'dead', because: 'its process has ended (what is left of it is a zombie)' },
  start: { liveness: 'dead', because: 'another process has got its id' },
  thread: { liveness: 'dead', because: 'its thread has ended' },
} as const satisfies Record<string, Judgement>;

const UNKNOWN = {
  host: { liveness: 'unknown', because: 'it is on another machine' },
  namespace: { liveness: 'unknown', because: 'it is in another container' },
  hidden: { liveness: 'unknown', because: 'the system does not tell about its process' },
  start: { liveness: 'unknown', because: 'a process has its id, perhaps another one' },
  ending: {
    liveness: 'unknown',
    because: 'its process is ending, and not all of its threads have',
  },
} as const satisfies Record<string, Judgement>;
