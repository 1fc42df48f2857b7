import assert from 'node:assert/strict';
import type { LeaseUnavailableError } from '../../../../src/errors/lease-errors.js';
import type { Clause } from '../contestants.js';
import { ask, assertFree, granted, refused, take, turns, within } from '../support/asking.js';

export const CLOSING: readonly Clause[] = [
  {
    name: 'close-gives-back',
    title: 'close gives all files back',
    check: async (contestants) => {
      const provider = await contestants.open();
      const files = [contestants.file(), contestants.file()];
      for (const file of files) await take(contestants, provider, file);

      await within(contestants, provider.close(), 'the end of close');

      for (const file of files) await assertFree(contestants, file, 'whose provider was closed');
    },
  },
  {
    name: 'close-ends-leases',
    title: 'a lease is not held any more when its provider was closed',
    check: async (contestants) => {
      const provider = await contestants.open();
      const lease = await take(contestants, provider, contestants.file());

      await within(contestants, provider.close(), 'the end of close');

      assert.equal(lease.isHeld(), false);
    },
  },
  {
    name: 'close-ends-waits',
    title: 'close ends the waits of its provider with a refusal',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);
      const provider = await contestants.open();
      const waiting = ask(provider, file);
      await turns();

      await within(contestants, provider.close(), 'the end of close');

      const error = await refused(contestants, waiting, 'a wait whose provider was closed');
      assert.equal((error as LeaseUnavailableError).reason, 'closed');
    },
  },
  {
    name: 'close-refuses-later',
    title: 'whoever asks after close is refused, and told why',
    check: async (contestants) => {
      const provider = await contestants.open();
      await within(contestants, provider.close(), 'the end of close');

      const request = ask(provider, contestants.file());

      const error = await refused(contestants, request, 'a request after close');
      const { code, reason } = error as LeaseUnavailableError;
      assert.deepEqual([code, reason], ['ERR_SESSION_LEASE_UNAVAILABLE', 'closed']);
    },
  },
  {
    name: 'close-twice',
    title: 'a second close is as good as the first',
    check: async (contestants) => {
      const provider = await contestants.open();
      await take(contestants, provider, contestants.file());

      const both = Promise.all([provider.close(), provider.close()]);
      await within(contestants, both, 'the end of both');

      await within(contestants, provider.close(), 'the end of a third');
    },
  },
  {
    name: 'close-is-no-loss',
    title: 'what close gives back is not told as lost',
    check: async (contestants) => {
      const provider = await contestants.open();
      const request = ask(provider, contestants.file());
      await granted(contestants, request, 'a file that nobody has');

      await within(contestants, provider.close(), 'the end of close');
      await contestants.settle();

      assert.deepEqual(request.losses, []);
    },
  },
  {
    name: 'close-is-private',
    title: 'close concerns nobody but its own provider',
    check: async (contestants) => {
      const [provider, other] = [await contestants.open(), await contestants.open()];
      const lease = await take(contestants, other, contestants.file());

      await within(contestants, provider.close(), 'the end of close');
      await contestants.settle();

      assert.equal(lease.isHeld(), true);
    },
  },
];
