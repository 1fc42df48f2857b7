import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { readText, thisThread } from '../../support/this-process.js';

/** What tells one thread of one process of one machine from all others, as far as it is known. */
export interface ProcessIdentity {
  readonly instanceId: string;
  readonly host: string;
  /** The machine, since names of machines are given twice. */
  readonly machineId?: string | undefined;
  /** Of the kernel. Equal only on one machine, and until it is started anew. */
  readonly bootId?: string | undefined;
  /** Process ids mean something only inside of it. */
  readonly pidNamespace?: string | undefined;
  readonly pid: number;
  /** When the process began, in the ticks of its kernel. */
  readonly startTicks?: string | undefined;
  readonly threadId: number;
  /** The thread, as the kernel knows it. */
  readonly osThreadId?: string | undefined;
  readonly threadStartTicks?: string | undefined;
}

let own: ProcessIdentity | undefined;

/** Of this thread; worked out when the first lease is wanted. */
export function ownIdentity(): ProcessIdentity {
  own ??= readOwn();
  return own;
}

function readOwn(): ProcessIdentity {
  const { instanceId, host, bootId, pid, threadId } = thisThread();
  const osThreadId = linkOf('/proc/thread-self')?.split('/').at(-1);
  return {
    instanceId,
    host,
    machineId: readText('/etc/machine-id') ?? hardwareId(),
    bootId,
    pidNamespace: linkOf('/proc/self/ns/pid'),
    pid,
    startTicks: ownTicks(`/proc/${pid}/stat`),
    threadId,
    osThreadId,
    threadStartTicks: ownTicks(`/proc/${pid}/task/${osThreadId}/stat`),
  };
}

/** What the kernel says of a process or thread: when it began, that it is no more, or nothing. */
export type Ticks = { readonly began: string } | 'gone' | 'unclear';

/** A zombie, and dead: proc_pid_stat(5). */
const HAS_ENDED: ReadonlySet<string> = new Set(['Z', 'X']);

/**
 * When the process or thread behind this file of the kernel began. Gone is also what is left of a
 * dead one until its parent has looked. Whatever else keeps the file from being read says nothing.
 */
export function ticksOf(path: string): Ticks {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? 'gone' : 'unclear';
  }
  const { state, began } = fieldsOf(text);
  if (state !== undefined && HAS_ENDED.has(state)) return 'gone';
  return began === undefined ? 'unclear' : { began };
}

/** The kernel's letter for what the process or thread behind this file does; undefined if unclear. */
export function stateLetterOf(path: string): string | undefined {
  try {
    return fieldsOf(readFileSync(path, 'utf8')).state;
  } catch {
    return undefined;
  }
}

/** Whether anything of a process may still run whose first thread has ended. */
export function hasLiveThread(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).some((thread) => ticksOf(`${tasks}/${thread}/stat`) !== 'gone');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ESRCH';
  }
}

/**
 * Source: proc_pid_stat(5): the name, in brackets, may hold anything; the state is the first field
 * behind it, the start time the twentieth.
 */
function fieldsOf(text: string): { state: string | undefined; began: string | undefined } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], began: fields[19] };
}

function ownTicks(path: string): string | undefined {
  const ticks = ticksOf(path);
  return typeof ticks === 'string' ? undefined : ticks.began;
}

/** Where the machine has no id of its own: the addresses of its network cards. */
function hardwareId(): string | undefined {
  const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = new Set(cards.filter((card) => !card.internal).map((card) => card.mac));
  return addresses.size === 0 ? undefined : [...addresses].sort().join(' ');
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
