import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Clause, Contestants } from '../contestants.js';
import { count, type Leftovers } from '../support/leftovers.js';
import { lifetime } from '../support/lifetime.js';

/** What a lifetime leaves, beyond what the first of them loads and opens for good. */
async function leftOf(contestants: Contestants, what: keyof Leftovers): Promise<string[]> {
  await lifetime(contestants);
  // What goes by itself after a while goes now, and is not there before the next.
  await contestants.settle();
  return await count(contestants, what, () => lifetime(contestants));
}

export const LEFTOVERS: readonly Clause[] = [
  {
    name: 'no-listener-on-signal',
    title: 'no listener stays on a signal once its request is over',
    check: async (contestants) => {
      const signals = await lifetime(contestants);

      const listeners = signals.flatMap((signal) => getEventListeners(signal, 'abort'));
      assert.equal(listeners.length, 0);
    },
  },
  {
    name: 'no-timer-or-watch',
    title: 'no timer, watch, socket or child stays when all providers are closed',
    check: async (contestants) => {
      assert.deepEqual(await leftOf(contestants, 'handles'), []);
    },
  },
  {
    name: 'no-descriptor',
    title: 'no file stays open when all providers are closed',
    check: async (contestants) => {
      assert.deepEqual(await leftOf(contestants, 'descriptors'), []);
    },
  },
  {
    name: 'no-process-listener',
    title: '[X4] no listener stays on the process when all providers are closed',
    check: async (contestants) => {
      assert.deepEqual(await leftOf(contestants, 'processListeners'), []);
    },
  },
];
