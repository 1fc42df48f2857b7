import assert from 'node:assert/strict';
import type { Clause } from '../contestants.js';
import { ask, granted, take, within } from '../support/asking.js';

export const RELEASE: readonly Clause[] = [
  {
    name: 'released-is-not-held',
    title: 'a lease is not held any more as soon as its release begins',
    check: async (contestants) => {
      const lease = await take(contestants, await contestants.open(), contestants.file());

      const release = lease.release();
      const isHeld = lease.isHeld();
      await within(contestants, release, 'the end of a release');

      assert.equal(isHeld, false);
    },
  },
  {
    name: 'release-frees',
    title: 'a file is free for everybody when its release has ended',
    check: async (contestants) => {
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);
      const other = await contestants.open();

      const asked = lease.release().then(() => ask(other, file, { wait: false }));
      const next = await within(contestants, asked, 'the end of a release');

      await granted(contestants, next, 'a file that was given back');
    },
  },
  {
    name: 'release-twice',
    title: 'a second release is as good as the first, and changes nothing',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);
      await within(contestants, Promise.all([lease.release(), lease.release()]), 'two releases');
      const next = await take(contestants, await contestants.open(), file);

      // When
      await within(contestants, lease.release(), 'the end of a third release');
      await contestants.settle();

      // Then
      assert.equal(next.isHeld(), true);
    },
  },
];
