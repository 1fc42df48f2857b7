/** Told once, when the signal fires. */
type OnAbort = (reason: unknown) => void;

interface Watch {
  readonly subscribers: Map<object, OnAbort>;
  readonly listener: () => void;
}

/**
 * The signals of callers, one listener each however many requests and waits share it (Node warns
 * from the eleventh on). The listener goes with the last of them.
 */
export class CallerSignals {
  readonly #watches = new WeakMap<AbortSignal, Watch>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param subscriber whom the call is for; one who watches already stays as he is */
  watch(signal: AbortSignal, subscriber: object, onAbort: OnAbort): void {
    const existing = this.#watches.get(signal);
    if (existing) {
      if (!existing.subscribers.has(subscriber)) existing.subscribers.set(subscriber, onAbort);
      return;
    }
    const subscribers = new Map([[subscriber, onAbort]]);
    const listener = (): void => {
      this.#drop(signal);
      for (const call of [...subscribers.values()]) call(signal.reason);
    };
    this.#watches.set(signal, { subscribers, listener });
    this.#size += 1;
    signal.addEventListener('abort', listener, { once: true });
  }

  unwatch(signal: AbortSignal, subscriber: object): void {
    const watch = this.#watches.get(signal);
    if (!watch?.subscribers.delete(subscriber) || watch.subscribers.size > 0) return;
    this.#drop(signal);
    signal.removeEventListener('abort', watch.listener);
  }

  #drop(signal: AbortSignal): void {
    if (this.#watches.delete(signal)) this.#size -= 1;
  }
}
