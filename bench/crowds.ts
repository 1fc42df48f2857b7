/** Locks with somebody inside and a crowd behind that gives up. */
import { Mutex, withTimeout } from 'async-mutex';
import PQueue from 'p-queue';
import { createCoordinator } from 'penholder';

/** Long enough to be queued, since all ask in one go; short enough to wait for. */
const GIVE_UP_MS = 1;

/** A lock that somebody has. */
export interface Stage {
  /** So many ask. The result makes them give up and resolves once all have. */
  enter(count: number): () => Promise<void>;
  /** One more asks and stays; resolves once it was inside and is gone again. */
  waitBehind(onGranted: () => void): Promise<void>;
  release(): void;
}

export type GiveUpBy = 'own signal' | 'shared signal' | 'deadline';

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Calls `ask` so often; resolves when every one of the calls has been rejected. */
function allRejected(count: number, ask: (index: number) => Promise<unknown>): Promise<void> {
  const { promise, resolve } = deferred();
  let left = count;
  const onGranted = (): never => {
    throw new Error('A waiter was granted that should have given up');
  };
  const onGone = (): void => {
    left -= 1;
    if (left === 0) resolve();
  };
  for (let index = 0; index < count; index += 1) void ask(index).then(onGranted, onGone);
  return promise;
}

/**
 * Aborts and lets go of them: the reason of an aborted signal remembers the frames that it was made
 * in, so whoever keeps one signal would keep this set.
 */
function abortAll(controllers: Set<AbortController>): void {
  for (const controller of controllers) {
    controllers.delete(controller);
    controller.abort();
  }
}

export async function ourStage(by: GiveUpBy): Promise<Stage> {
  const sessions = createCoordinator({ maxWaiting: Infinity });
  const sessionFile = 'memory:crowd';
  const owner = await sessions.acquire({ sessionFile });
  return {
    enter(count) {
      const controllers = new Set<AbortController>();
      const shared = new AbortController();
      const allGone = allRejected(count, () => {
        if (by === 'deadline') return sessions.acquire({ sessionFile, waitMs: GIVE_UP_MS });
        const controller = by === 'shared signal' ? shared : new AbortController();
        controllers.add(controller);
        return sessions.acquire({ sessionFile, signal: controller.signal });
      });
      return () => {
        abortAll(controllers);
        return allGone;
      };
    },
    async waitBehind(onGranted) {
      const run = await sessions.acquire({ sessionFile });
      onGranted();
      await run.release();
      if (sessions.runs.size > 0) throw new Error('Runs were left behind');
    },
    release() {
      void owner.release();
    },
  };
}

export async function mutexStage(): Promise<Stage> {
  const mutex = new Mutex();
  const timed = withTimeout(mutex, GIVE_UP_MS);
  const release = await mutex.acquire();
  return {
    enter(count) {
      const allGone = allRejected(count, () => timed.acquire());
      return () => allGone;
    },
    async waitBehind(onGranted) {
      const leave = await mutex.acquire();
      onGranted();
      leave();
    },
    release,
  };
}

export async function queueStage(): Promise<Stage> {
  const queue = new PQueue({ concurrency: 1 });
  const { promise, resolve } = deferred();
  void queue.add(() => promise);
  return {
    enter(count) {
      const controllers = new Set<AbortController>();
      const allGone = allRejected(count, () => {
        const controller = new AbortController();
        controllers.add(controller);
        return queue.add(() => undefined, { signal: controller.signal });
      });
      return () => {
        abortAll(controllers);
        return allGone;
      };
    },
    async waitBehind(onGranted) {
      await queue.add(onGranted);
    },
    release: resolve,
  };
}
