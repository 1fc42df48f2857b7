import assert from 'node:assert/strict';
import type { LeaseUnavailableError } from '../../../../src/errors/lease-errors.js';
import type { Clause } from '../contestants.js';
import { ask, granted, lineUp, refused, take, turns, within } from '../support/asking.js';

/** So often somebody may take a file again before others who wait for it. */
const MOST_IN_A_ROW = 3;

export const WAITING: readonly Clause[] = [
  {
    name: 'handed-on',
    title: 'a wait ends with the lease when the holder gives it back',
    check: async (contestants) => {
      const { lease, waiting } = await lineUp(contestants);

      await within(contestants, lease.release(), 'the end of a release');

      const next = await granted(contestants, waiting, 'a file that was given back');
      assert.equal(next.isHeld(), true);
    },
  },
  {
    name: 'nobody-passed-over',
    title: 'somebody who takes a file again and again lets those through who wait',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const greedy = await contestants.open();
      let lease = await take(contestants, greedy, file);
      const waiting = ask(await contestants.open(), file);
      await turns();

      // When
      let rounds = 0;
      while (waiting.state === 'open' && rounds <= MOST_IN_A_ROW) {
        const again = lease.release().then(() => ask(greedy, file));
        const request = await within(contestants, again, 'the end of a release');
        await within(contestants, Promise.race([request.over, waiting.over]), 'the next holder');
        if (request.lease !== undefined) lease = request.lease;
        rounds += 1;
      }

      // Then
      assert.equal(waiting.state, 'granted', `passed over ${rounds} times`);
    },
  },
  {
    name: 'now-or-never',
    title: 'who does not want to wait is refused while somebody has the file',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);

      const request = ask(await contestants.open(), file, { wait: false });

      const error = await refused(contestants, request, 'a request that does not wait');
      const { code, reason } = error as LeaseUnavailableError;
      assert.deepEqual([code, reason], ['ERR_SESSION_LEASE_UNAVAILABLE', 'held']);
    },
  },
  {
    name: 'refusal-names-holder',
    title: '[V1] whoever is refused is told who has the file',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file, { runId: 'run of the holder' });

      const request = ask(await contestants.open(), file, { wait: false });
      await contestants.settle();

      const error = request.error as LeaseUnavailableError | undefined;
      if (request.state === 'rejected') assert.equal(error?.holder?.runId, 'run of the holder');
    },
  },
  {
    name: 'waiter-told-holder',
    title: '[V1] whoever waits is told who has the file, once',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file, { runId: 'run of the holder' });

      const waiting = ask(await contestants.open(), file);
      await contestants.settle();

      assert.deepEqual(waiting.told, ['run of the holder']);
    },
  },
  {
    name: 'waiter-told-next-holder',
    title: '[V1] whoever waits on is told who has the file after that',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file, { runId: 'first' });
      const waiting = [
        ask(await contestants.open(), file, { runId: 'second' }),
        ask(await contestants.open(), file, { runId: 'third' }),
      ];
      await turns();

      // When
      await within(contestants, lease.release(), 'the end of a release');
      ask(await contestants.open(), file, { runId: 'late' });
      const next = Promise.race(waiting.map(({ over }) => over));
      await within(contestants, next, 'the next holder');
      await contestants.settle();

      // Then
      const last = waiting[0]?.state === 'granted' ? [waiting[1], 'second'] : [waiting[0], 'third'];
      const [request, runId] = last as [(typeof waiting)[number], string];
      assert.equal(request.told.at(-1), runId);
    },
  },
  {
    name: 'wanted',
    title: 'a holder can see whether others wait, where the provider tells at all',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);
      if (lease.isWanted === undefined) return;
      const seen = [lease.isWanted()];

      // When
      const waiting = ask(await contestants.open(), file);
      await contestants.settle();
      seen.push(lease.isWanted());
      waiting.controller.abort();
      await contestants.settle();
      seen.push(lease.isWanted());

      // Then
      assert.deepEqual(seen, [false, true, false]);
    },
  },
];
