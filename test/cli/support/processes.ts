import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { onTestFinished, vi } from 'vitest';
import {
  type ProcessIdentity,
  stateLetterOf,
  ticksOf,
} from '../../../src/leases/lock-file/identity.js';
import { readText } from '../../../src/support/this-process.js';

/** For so long, where the test does not end it. */
const SECONDS = '30';

/** Another process of this machine, as a lock would name it. */
export type Named = Partial<ProcessIdentity> & { readonly pid: number };

/** A process that runs. */
export function running(): Named {
  return named(started('sleep', SECONDS).pid as number);
}

/** A process that was stopped, as by Ctrl+Z. */
export async function stopped(): Promise<Named> {
  const child = started('sleep', SECONDS);
  const holder = named(child.pid as number);
  await stop(child);
  return holder;
}

/** Resolves once the kernel says that it is stopped. */
async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP');
  await until(() => stateLetterOf(`/proc/${child.pid}/stat`) === 'T');
}

/** A process that has ended, and whose parent, no shell any more, never asks how. */
export async function zombie(): Promise<Named> {
  const parent = started('sh', '-c', `sleep ${SECONDS} & echo $!; exec sleep ${SECONDS}`);
  const [line] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const pid = Number(line);
  await until(() => readText(`/proc/${parent.pid}/comm`) === 'sleep');
  const began = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21];
  process.kill(pid, 'SIGKILL');
  await until(() => stateLetterOf(`/proc/${pid}/stat`) === 'Z');
  return { instanceId: `of ${pid}`, pid, startTicks: began, osThreadId: undefined };
}

async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 10_000 });
}

function started(command: string, ...args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function named(pid: number): Named {
  const ticks = ticksOf(`/proc/${pid}/stat`);
  if (typeof ticks === 'string') throw new Error(`The process is ${ticks}.`);
  const began = { startTicks: ticks.began, threadStartTicks: ticks.began };
  return { instanceId: `of ${pid}`, pid, osThreadId: String(pid), ...began };
}
