import { lockDisk } from '../../../../../src/leases/lock-file/lock-disk.js';
import type { MemoryDisk } from '../../support/memory-disk.js';

/** What one call answered: it is answered the same when its program is run again. */
type Answer = { readonly value: unknown } | { readonly error: unknown };

/** Synchronous code that is run one call to the disk at a time. */
export interface Task {
  /** Names the files that it prepares. */
  readonly id: string;
  readonly answers: readonly Answer[];
}

export interface Advanced {
  readonly task: Task;
  /** The call that was made, for people. */
  readonly call: string;
  readonly isDone: boolean;
}

/** How the next call is made. */
export interface HowToStep {
  readonly disk: MemoryDisk;
  /** A listing misses what is being renamed at that moment. */
  readonly isMissing?: boolean;
  /** The call fails. */
  readonly failsWith?: NodeJS.ErrnoException;
  /** Whether the next calls are made in the same step: nobody else can see them. */
  readonly isPrivate?: (name: string, path: string) => boolean;
}

interface Running {
  readonly id: string;
  readonly answers: Answer[];
  readonly how: HowToStep;
  readonly names: Map<string, string>;
  at: number;
  call: string | undefined;
  isOver: boolean;
  /** The wished kind of call (a listing, a failure) was not the one that came. */
  isUnfit: boolean;
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
let running: Running | undefined;

/**
 * Makes the next call of a program. The program is run from its beginning, with the answers that it
 * had; whatever it wants after its new call is refused and has no effect. Undefined where the wished
 * kind of call does not fit.
 */
export function advance(task: Task, program: () => void, how: HowToStep): Advanced | undefined {
  const now: Running = {
    ...{ id: task.id, answers: [...task.answers], how, names: new Map(), at: 0 },
    ...{ call: undefined, isOver: false, isUnfit: false },
  };
  running = now;
  try {
    program();
  } catch (error) {
    if (!now.isOver) throw error;
  } finally {
    running = undefined;
  }
  if (now.isUnfit) return undefined;
  const { call = 'ends', isOver: isCut } = now;
  return { task: { id: task.id, answers: now.answers }, call, isDone: !isCut };
}

/** Something that happens together with the call before it, once. */
export function tell<T>(work: () => T): T | undefined {
  const now = running;
  if (now === undefined) return work();
  if (now.isOver) return undefined;
  const known = now.answers[now.at];
  if (known === undefined) now.answers.push({ value: work() });
  return answered(now) as T;
}

let plain: MemoryDisk | undefined;

/** Code that is run at once, on this disk. */
export function atOnce<T>(disk: MemoryDisk, work: () => T): T {
  plain = disk;
  try {
    return work();
  } finally {
    plain = undefined;
  }
}

function method(disk: MemoryDisk | undefined, name: string): (...args: unknown[]) => unknown {
  return (disk as unknown as Record<string, (...args: unknown[]) => unknown>)[name] as never;
}

/** Lets every call to the disk be a step. */
export function playDisk(): () => void {
  const before = { ...lockDisk };
  const { now } = Date;
  Date.now = () => tell(() => running?.how.disk.tick()) ?? now();
  for (const name of Object.keys(lockDisk) as (keyof typeof lockDisk)[]) {
    Object.assign(lockDisk, { [name]: (...args: unknown[]) => call(name, args) });
  }
  return () => {
    Object.assign(lockDisk, before);
    Date.now = now;
  };
}

function call(name: string, args: unknown[]): unknown {
  const now = running;
  if (now === undefined) return method(plain, name).apply(plain, args);
  const known = args.map((arg) => (typeof arg === 'string' ? named(now, arg) : arg));
  if (now.isOver) throw new Error('cut off');
  if (now.answers[now.at] === undefined) {
    const isHidden = now.how.isPrivate?.(name, String(known[0])) === true;
    if (now.call !== undefined && !isHidden) {
      now.isOver = true;
      throw new Error('cut off');
    }
    make(now, name, known);
  }
  return answered(now);
}

function make(now: Running, name: string, args: unknown[]): void {
  const { disk, isMissing = false, failsWith, isPrivate } = now.how;
  const path = String(args[0]);
  const isHidden = isPrivate?.(name, path) === true;
  if (!isHidden) {
    now.call = `${name} ${args.map((arg) => String(arg).split('/').at(-1)).join(' ')}`;
    if (isMissing && (name !== 'list' || disk.justRenamed === undefined)) now.isUnfit = true;
  }
  try {
    if (failsWith !== undefined && !isHidden) throw failsWith;
    const all = name === 'list' && !isHidden ? [path, isMissing] : args;
    now.answers.push({ value: method(disk, name).apply(disk, all) });
  } catch (error) {
    now.answers.push({ error });
  }
}

function answered(now: Running): unknown {
  const answer = now.answers[now.at] as Answer;
  now.at += 1;
  if ('error' in answer) throw answer.error;
  return answer.value;
}

/** Random names are the same again when a program is run again. */
function named(now: Running, text: string): string {
  return text.replace(UUID, (uuid) => {
    if (uuid.startsWith('00000000')) return uuid;
    const name = now.names.get(uuid) ?? playedUuid(now.id, now.names.size);
    now.names.set(uuid, name);
    return name;
  });
}

/** Looks like one, so that whoever knows its own names by their form knows it. */
function playedUuid(id: string, count: number): string {
  const digits = Buffer.from(id).toString('hex').slice(-8).padStart(8, '0');
  return `00000000-0000-0000-0000-${digits}${String(count).padStart(4, '0')}`;
}
