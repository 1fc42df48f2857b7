import { getEventListeners } from 'node:events';

export interface CountingSignal extends AbortSignal {
  /** Listeners for `abort` that are there now; 0 says that nothing was left behind. */
  readonly listeners: number;
  /** Listeners for `abort` that were ever added. */
  readonly added: number;
}

export interface CountingController extends AbortController {
  readonly signal: CountingSignal;
}

/** An AbortController whose signal tells who listens to it. */
export function createCountingController(): CountingController {
  const controller = new AbortController();
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  let added = 0;
  let isCounting = false;
  const count = (): number | undefined => {
    // Node itself asks for a property of this name, to tell an emitter from an event target.
    if (isCounting) return undefined;
    isCounting = true;
    try {
      return getEventListeners(signal, 'abort').length;
    } finally {
      isCounting = false;
    }
  };
  Object.defineProperties(signal, {
    listeners: { get: count },
    added: { get: () => added },
    addEventListener: {
      value: (...args: Parameters<typeof add>) => {
        if (args[0] === 'abort') added += 1;
        add(...args);
      },
    },
  });
  return controller as CountingController;
}
