import { AsyncLocalStorage } from 'node:async_hooks';
import {
  CoordinatorClosedError,
  DeadlockError,
  OwnerWaitAbortedError,
} from '../errors/wait-errors.js';
import type { CallerSignals } from './stopping/caller-signals.js';

interface Opening {
  readonly sessionKey: string;
  /** The creation in whose course this one was asked for. */
  readonly outer: Opening | undefined;
  /** The creations that this one waits for. */
  readonly awaited: Set<Opening>;
  outcome: Promise<unknown>;
}

/**
 * Single flights: callers that open the same session at the same time share one creation. The
 * result is not kept; the next call creates again.
 */
export class Openings {
  readonly #running = new Map<string, Opening>();
  readonly #inside = new AsyncLocalStorage<Opening>();
  readonly #signals: CallerSignals;

  constructor(signals: CallerSignals) {
    this.#signals = signals;
  }

  get size(): number {
    return this.#running.size;
  }

  async open<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const inside = this.#inside.getStore();
    const running = this.#running.get(sessionKey);
    if (running && isEndless(running, inside)) throw endless(sessionKey);
    if (signal?.aborted === true) throw aborted(sessionKey, signal.reason);
    const opening = running ?? this.#start(sessionKey, create, inside);
    inside?.awaited.add(opening);
    try {
      return (await this.#untilDone(opening, signal)) as T;
    } finally {
      inside?.awaited.delete(opening);
    }
  }

  #start(sessionKey: string, create: () => unknown, outer: Opening | undefined): Opening {
    const outcome = Promise.resolve();
    const opening: Opening = { sessionKey, outer, awaited: new Set(), outcome };
    this.#running.set(sessionKey, opening);
    opening.outcome = outcome
      .then(() => this.#inside.run(opening, create))
      .finally(() => {
        if (this.#running.get(sessionKey) === opening) this.#running.delete(sessionKey);
      });
    return opening;
  }

  /** The caller stops waiting when its signal fires; the creation goes on for the others. */
  #untilDone(opening: Opening, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal === undefined) return opening.outcome;
    return new Promise((resolve, reject) => {
      const caller = {};
      this.#signals.watch(signal, caller, (reason) => {
        reject(aborted(opening.sessionKey, reason));
      });
      opening.outcome.then(resolve, reject).finally(() => {
        this.#signals.unwatch(signal, caller);
      });
    });
  }
}

/** Whether the creation waits, itself or through others, for one in whose course it is asked for. */
function isEndless(running: Opening, inside: Opening | undefined): boolean {
  const around = new Set<Opening>();
  for (let opening = inside; opening; opening = opening.outer) around.add(opening);
  const seen = new Set([running]);
  for (const opening of seen) {
    if (around.has(opening)) return true;
    for (const next of opening.awaited) seen.add(next);
  }
  return false;
}

function subjectOf(sessionKey: string): string {
  return `session ${JSON.stringify(sessionKey)} to be opened`;
}

export function openingClosed(sessionKey: string): CoordinatorClosedError {
  return new CoordinatorClosedError({ sessionFile: '', subject: subjectOf(sessionKey) });
}

function endless(sessionKey: string): DeadlockError {
  return new DeadlockError({
    sessionFile: '',
    subject: subjectOf(sessionKey),
    chain: [],
    waysOut: ['use what is being created instead of opening it again inside its own creation'],
  });
}

function aborted(sessionKey: string, cause: unknown): OwnerWaitAbortedError {
  return new OwnerWaitAbortedError({ sessionFile: '', subject: subjectOf(sessionKey), cause });
}
