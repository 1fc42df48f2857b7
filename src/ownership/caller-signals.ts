import type { RunRecord } from './run-record.js';

interface Watch {
  readonly records: Set<RunRecord>;
  readonly listener: () => void;
}

/**
 * The signals of callers, one listener each however many requests share it (Node warns from the
 * eleventh on). The listener goes with the last of them.
 */
export class CallerSignals {
  readonly #watches = new Map<AbortSignal, Watch>();
  readonly #onAbort: (record: RunRecord, reason: unknown) => void;

  constructor(onAbort: (record: RunRecord, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  get size(): number {
    return this.#watches.size;
  }

  watch(signal: AbortSignal, record: RunRecord): void {
    const existing = this.#watches.get(signal);
    if (existing) {
      existing.records.add(record);
      return;
    }
    const records = new Set([record]);
    const listener = (): void => {
      this.#watches.delete(signal);
      for (const one of [...records]) this.#onAbort(one, signal.reason);
    };
    this.#watches.set(signal, { records, listener });
    signal.addEventListener('abort', listener, { once: true });
  }

  unwatch(signal: AbortSignal, record: RunRecord): void {
    const watch = this.#watches.get(signal);
    if (!watch?.records.delete(record) || watch.records.size > 0) return;
    this.#watches.delete(signal);
    signal.removeEventListener('abort', watch.listener);
  }
}
