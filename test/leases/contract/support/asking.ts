import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Lease, LeaseProvider } from '../../../../src/leases/provider.js';
import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import type { Contestants } from '../contestants.js';

// Taken at once: the clock may be a false one later.
const { setImmediate } = globalThis;

const SOON_TURNS = 5;
/** So often a clause lets everything settle before it says that something does not come. */
const PATIENCE = 10;

/** Some turns of the event loop, in which nothing comes that needs a clock. */
export async function turns(count: number = SOON_TURNS): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Waits for this, and says whether it came. */
export async function comes(contestants: Contestants, promise: Promise<unknown>): Promise<boolean> {
  const seen = { isOver: false };
  const over = (): void => {
    seen.isOver = true;
  };
  promise.then(over, over);
  for (let round = 0; round < PATIENCE && !seen.isOver; round += 1) {
    await turns();
    if (!seen.isOver) await contestants.settle();
  }
  return seen.isOver;
}

/** What this resolves or rejects with. @throws where it stays open, however long one waits */
export async function within<T>(
  contestants: Contestants,
  promise: Promise<T>,
  what: string,
): Promise<T> {
  assert.ok(await comes(contestants, promise), `${what} does not come`);
  return await promise;
}

export function holder(runId: string): HolderInfo {
  return {
    ...{ instanceId: randomUUID(), runId, kind: 'person', pid: process.pid, threadId: 0 },
    ...{ host: 'host of the contract', processStartedAtMs: 1_000, acquiredAtMs: 2_000 },
  };
}

/** A request that was made, and what became of it so far. */
export interface Ask {
  readonly controller: AbortController;
  state: 'open' | 'granted' | 'rejected';
  lease?: Lease;
  error?: unknown;
  /** Resolves when it is no longer open. */
  readonly over: Promise<void>;
  /** Run ids of what `onHeld` told. */
  readonly told: (string | undefined)[];
  /** What `onLost` told. */
  readonly losses: Error[];
}

export interface Asking {
  /** What others read. */
  readonly runId?: string;
  /** False: now or never. */
  readonly wait?: boolean;
  readonly controller?: AbortController;
}

/** Asks, and waits for nothing. */
export function ask(provider: LeaseProvider, file: SessionFile, asking: Asking = {}): Ask {
  const { runId = 'somebody', wait = true, controller = new AbortController() } = asking;
  const told: (string | undefined)[] = [];
  const losses: Error[] = [];
  const lease = provider.acquire(file, {
    ...{ holder: holder(runId), wait, signal: controller.signal },
    onLost: (cause) => losses.push(cause),
    onHeld: (other) => told.push(other?.runId),
  });
  const request: Ask = {
    ...{ controller, state: 'open', told, losses },
    over: lease.then(
      (granted) => void Object.assign(request, { state: 'granted', lease: granted }),
      (error: unknown) => void Object.assign(request, { state: 'rejected', error }),
    ),
  };
  return request;
}

/** The lease that this request ends with. */
export async function granted(
  contestants: Contestants,
  request: Ask,
  what: string,
): Promise<Lease> {
  await within(contestants, request.over, what);
  if (request.lease === undefined) assert.fail(`${what} was refused: ${String(request.error)}`);
  return request.lease;
}

/** What this request was refused with. */
export async function refused(
  contestants: Contestants,
  request: Ask,
  what: string,
): Promise<unknown> {
  await within(contestants, request.over, what);
  assert.equal(request.state, 'rejected', `${what} was granted`);
  return request.error;
}

/** A holder to begin with. */
export async function take(
  contestants: Contestants,
  provider: LeaseProvider,
  file: SessionFile,
  asking: Asking = {},
): Promise<Lease> {
  return await granted(contestants, ask(provider, file, asking), 'a file that nobody has');
}

/** A file with a holder, and somebody who waits behind it. */
export interface Line {
  readonly file: SessionFile;
  /** Of the holder. */
  readonly lease: Lease;
  readonly waiting: Ask;
}

export async function lineUp(contestants: Contestants): Promise<Line> {
  const file = contestants.file();
  const lease = await take(contestants, await contestants.open(), file);
  const waiting = ask(await contestants.open(), file);
  await turns();
  return { file, lease, waiting };
}

/** Somebody new gets this file at once. */
export async function assertFree(
  contestants: Contestants,
  file: SessionFile,
  when: string,
): Promise<void> {
  const stranger = ask(await contestants.open(), file, { wait: false });
  await granted(contestants, stranger, `the file, ${when},`);
}
