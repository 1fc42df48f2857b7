import assert from 'node:assert/strict';
import type { LeaseProvider } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import type { Clause } from '../contestants.js';
import { ask, comes, granted, take, turns, within } from '../support/asking.js';

const ROUNDS = 3;

/** Who is inside, and how many were with each who came in. */
interface Room {
  readonly inside: Set<LeaseProvider>;
  readonly together: number[];
}

/** Comes in, stays for a while, and leaves; so often, or as often as it is let in. */
async function visit(provider: LeaseProvider, file: SessionFile, room: Room): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const request = ask(provider, file);
    await request.over;
    if (request.lease === undefined) return;
    room.inside.add(provider);
    room.together.push(room.inside.size);
    await turns(2);
    room.inside.delete(provider);
    await request.lease.release();
  }
}

export const EXCLUSION: readonly Clause[] = [
  {
    name: 'one-at-a-time',
    title: '[L4] of many who ask at the same moment, one at a time has the file',
    check: async (contestants) => {
      const file = contestants.file();
      const providers = await Promise.all(Array.from({ length: 4 }, () => contestants.open()));

      const room: Room = { inside: new Set(), together: [] };
      await comes(contestants, Promise.all(providers.map((one) => visit(one, file, room))));

      assert.deepEqual([...new Set(room.together)], [1]);
    },
  },
  {
    name: 'one-heir',
    title: '[L4] of many who wait when the holder dies, one has the file after it',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);
      const providers = await Promise.all(Array.from({ length: 4 }, () => contestants.open()));
      const waiting = providers.map((provider) => ask(provider, file));
      await turns();

      // When
      await contestants.presumeDead(file);
      await contestants.settle();

      // Then
      const heirs = waiting.filter(({ state }) => state === 'granted');
      assert.ok(heirs.length < 2, `${heirs.length} have it`);
    },
  },
  {
    name: 'not-while-held',
    title: '[L4] whoever waits does not get a file while its holder lives, however long',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);

      // When
      const waiting = ask(await contestants.open(), file);
      await contestants.settle();
      await contestants.settle();

      // Then
      assert.equal(waiting.state, 'open');
      assert.equal(lease.isHeld(), true);
    },
  },
  {
    name: 'separate-files',
    title: '[L9] two files do not disturb each other, whoever has them',
    check: async (contestants) => {
      // Given
      const [one, other] = [contestants.file(), contestants.file()];
      const [first, second] = [await contestants.open(), await contestants.open()];
      const lease = await take(contestants, first, one);

      // When
      const others = await granted(
        contestants,
        ask(second, other, { wait: false }),
        'another file',
      );
      await within(contestants, lease.release(), 'the end of a release');

      // Then
      assert.equal(others.isHeld(), true);
    },
  },
];
