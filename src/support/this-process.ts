import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** What tells this thread from all others, for people and for other processes. */
export interface ThisThread {
  readonly instanceId: string;
  readonly pid: number;
  readonly threadId: number;
  readonly host: string;
  readonly bootId?: string;
  readonly processStartedAtMs: number;
}

let own: ThisThread | undefined;

/** Worked out once, when somebody first asks. */
export function thisThread(): ThisThread {
  own ??= readOwn();
  return own;
}

function readOwn(): ThisThread {
  const bootId = readText('/proc/sys/kernel/random/boot_id');
  return Object.freeze({
    instanceId: randomUUID(),
    pid: process.pid,
    threadId,
    host: hostname(),
    ...(bootId === undefined ? {} : { bootId }),
    processStartedAtMs: Math.round(Date.now() - process.uptime() * 1_000),
  });
}

/** Undefined where there is no such file, or nothing in it. */
export function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
