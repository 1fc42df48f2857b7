import assert from 'node:assert/strict';
import type { Clause } from '../contestants.js';
import { ask, granted, lineUp, take, within } from '../support/asking.js';

export const TOKENS: readonly Clause[] = [
  {
    name: 'tokens-grow-over-releases',
    title: '[I7] the token of a lease is higher than that of each before it',
    check: async (contestants) => {
      const file = contestants.file();
      const providers = [await contestants.open(), await contestants.open()];

      const tokens: bigint[] = [];
      for (const provider of [...providers, ...providers]) {
        const lease = await take(contestants, provider, file);
        tokens.push(lease.fencingToken);
        await within(contestants, lease.release(), 'the end of a release');
      }

      assert.ok(tokens.every((token, at) => at === 0 || token > (tokens[at - 1] ?? 0n)));
    },
  },
  {
    name: 'tokens-grow-over-takeovers',
    title: '[T4] [I7] whoever follows a dead holder has a higher token than that one',
    check: async (contestants) => {
      const file = contestants.file();

      const tokens: bigint[] = [];
      for (let round = 0; round < 3; round += 1) {
        const lease = await take(contestants, await contestants.open(), file);
        tokens.push(lease.fencingToken);
        await contestants.presumeDead(file);
      }

      assert.ok(tokens.every((token, at) => at === 0 || token > (tokens[at - 1] ?? 0n)));
    },
  },
  {
    name: 'tokens-grow-over-hand-overs',
    title: '[I7] whoever waited has a higher token than the holder that let it in',
    check: async (contestants) => {
      // Given
      const { file, lease: first, waiting } = await lineUp(contestants);

      // When
      await within(contestants, first.release(), 'the end of a release');
      // Its coming makes also those serve the one who waits that forget to.
      const late = ask(await contestants.open(), file);
      const next = await granted(contestants, waiting, 'a file that was given back');
      late.controller.abort();

      // Then
      assert.ok(next.fencingToken > first.fencingToken);
    },
  },
  {
    name: 'token-is-public',
    title: '[V1] the token of a lease is what others are told of it',
    check: async (contestants) => {
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file);

      const seen = await (await contestants.open()).inspect(file);

      assert.equal(seen?.fencingToken, String(lease.fencingToken));
    },
  },
];
