import assert from 'node:assert/strict';
import type { SessionFile } from '../../../../src/types.js';
import type { Clause, Contestants } from '../contestants.js';
import { ask, assertFree, take, turns } from '../support/asking.js';
import { uncaughtDuring } from '../support/uncaught.js';

/** Somebody has the file, somebody waits for it, and all that is kept for it goes away. */
async function uprooted(contestants: Contestants): Promise<SessionFile> {
  const file = contestants.file();
  const [provider, other] = [await contestants.open(), await contestants.open()];
  const request = ask(provider, file);
  await contestants.settle();
  const waiting = ask(other, file);
  await turns();
  await contestants.uproot(file);
  await contestants.settle();
  await contestants.settle();
  waiting.controller.abort();
  for (const { lease } of [waiting, request]) void lease?.release().catch(() => {});
  await contestants.settle();
  return file;
}

export const REMOVAL: readonly Clause[] = [
  {
    name: 'nothing-uncaught',
    title: '[L5] nothing is thrown from a timer when all is removed under a holder and a waiter',
    check: async (contestants) => {
      const uncaught = await uncaughtDuring(async () => {
        await uprooted(contestants);
      });

      assert.deepEqual(uncaught, []);
    },
  },
  {
    name: 'free-after-removal',
    title: '[X3] a file whose lock was removed can be had again',
    check: async (contestants) => {
      let file = contestants.file();
      await uncaughtDuring(async () => {
        file = await uprooted(contestants);
      });

      await assertFree(contestants, file, 'whose lock was removed');
    },
  },
  {
    name: 'tokens-grow-over-removal',
    title: '[I7] no token comes twice, also where all that told of it was removed',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);

      // When
      await contestants.uproot(file);
      await contestants.settle();
      const later = await take(contestants, await contestants.open(), file);

      // Then
      assert.ok(later.fencingToken > lease.fencingToken);
    },
  },
];
