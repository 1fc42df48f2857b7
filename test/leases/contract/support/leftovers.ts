import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Contestants } from '../contestants.js';

/** Kinds of what work can leave behind, each named so that it can be found. */
export interface Leftovers {
  /** Timers, also those that keep no process alive; watches, sockets, children. */
  readonly handles: string[];
  /** Where the system tells them. */
  readonly descriptors: string[];
  readonly processListeners: string[];
}

const HANDLE =
  /^(Timeout|Immediate|STATWATCHER|WORKER|MESSAGEPORT|FSEVENTWRAP|.*(TCP|PIPE|PROCESS|UDP|TTY|SIGNAL)\w*WRAP)$/;

/** What is there afterwards that was not there before. */
export async function count(
  contestants: Contestants,
  what: keyof Leftovers,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const within = new AsyncLocalStorage<true>();
  const handles = new Map<number, string>();
  const hook = createHook({
    init: (id, type) => {
      // What others in this process begin meanwhile is none of our business.
      if (within.getStore() === true && HANDLE.test(type)) handles.set(id, type);
    },
    destroy: (id) => handles.delete(id),
  });
  hook.enable();
  const before = seen(contestants, []);
  try {
    await within.run(true, work);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  } finally {
    hook.disable();
    within.disable();
  }
  const after = seen(contestants, [...handles.values()]);
  return without(after[what], before[what]);
}

function seen(contestants: Contestants, handles: string[]): Leftovers {
  const scheduled = Array<string>(contestants.scheduled?.() ?? 0).fill('Timeout');
  return {
    handles: [...handles, ...scheduled],
    descriptors: descriptors(),
    processListeners: process
      .eventNames()
      .flatMap((event) => Array<string>(process.listenerCount(event)).fill(String(event))),
  };
}

function descriptors(): string[] {
  try {
    const numbers = readdirSync('/dev/fd');
    return numbers.flatMap((number) => targetOf(number));
  } catch {
    return [];
  }
}

/** Nothing of the descriptor that was used to look. */
function targetOf(number: string): string[] {
  try {
    return [readlinkSync(`/dev/fd/${number}`)];
  } catch (error) {
    // Some systems list descriptors that are no links.
    return (error as NodeJS.ErrnoException).code === 'EINVAL' ? [number] : [];
  }
}

function without(after: readonly string[], before: readonly string[]): string[] {
  const left = [...before];
  return after.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
