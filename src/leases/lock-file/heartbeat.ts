import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { LockOptions } from 'proper-lockfile';
import { ClaimFs, type ClaimSteps } from './claim-fs.js';
import { noteGone } from './held-here.js';
import type { Ledger } from './ledger.js';

type Lock = (file: string, options: LockOptions) => Promise<() => Promise<void>>;

/** A claim that is kept alive. */
export interface LiveClaim {
  readonly number: bigint;
  /** Ends the heartbeat and gives the claim back. */
  release(): Promise<void>;
}

let lock: Lock | undefined;

/**
 * proper-lockfile, loaded when the first lease is wanted, without what it installs: it listens for
 * signals, and removes locks by their path, without a look at whose they are.
 */
function properLock(): Lock {
  if (lock === undefined) {
    const require = createRequire(import.meta.url);
    const inside = createRequire(require.resolve('proper-lockfile'));
    const wasActive = isSignalExitActive();
    lock = loadOwn(require);
    // Somebody else's, with listeners of its own, is left as it is.
    if (!wasActive) (inside('signal-exit') as { unload?: () => void }).unload?.();
  }
  return lock;
}

/**
 * One attempt to follow the last claim; undefined where somebody else was faster.
 */
export async function claim(
  ledger: Ledger,
  heartbeatMs: number,
  steps: ClaimSteps,
): Promise<LiveClaim | undefined> {
  const fs = new ClaimFs(ledger, steps);
  // Each under a name of its own: proper-lockfile keeps its locks by name, and a late release of
  // one would end another.
  const name = join(ledger.folder, `claim-${randomUUID()}`);
  const options: LockOptions = {
    ...{ fs, realpath: false, retries: 0, update: heartbeatMs },
    // Nothing is ever stale to it; who may be followed is decided here.
    stale: Infinity,
    onCompromised: () => {
      steps.lost();
    },
  };
  try {
    const stop = await properLock()(name, options);
    return { number: fs.number as bigint, release: () => stop().catch(unlessReleased) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (fs.number !== undefined) noteGone(ledger.folder, fs.number);
    const wasTakenAtOnce = fs.number !== undefined && code === 'ENOENT';
    if (code === 'ELOCKED' || wasTakenAtOnce) return undefined;
    throw error;
  }
}

/** A copy of our own: a program that uses it, too, loads another, with the clean-up that it counts on. */
function loadOwn(require: NodeJS.Require): Lock {
  const folder = dirname(require.resolve('proper-lockfile'));
  const before = new Set(Object.keys(require.cache));
  const own = (require('proper-lockfile') as { lock: Lock }).lock;
  for (const path of Object.keys(require.cache)) {
    const isIts = path.startsWith(folder + sep) && !path.startsWith(join(folder, 'node_modules'));
    if (isIts && !before.has(path)) delete require.cache[path];
  }
  return own;
}

/** signal-exit counts its copies that listen, in a place that all of them know. */
function isSignalExitActive(): boolean {
  const { __signal_exit_emitter__: emitter } = process as {
    __signal_exit_emitter__?: { count?: number };
  };
  return (emitter?.count ?? 0) > 0;
}

function unlessReleased(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ERELEASED') throw error;
}
