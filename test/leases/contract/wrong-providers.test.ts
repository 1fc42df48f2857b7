import { describe, expect, it } from 'vitest';
import { CLAUSES } from './clauses.js';
import { violations } from './run-clause.js';
import { memoryContestants } from './support/memory-contestants.js';
import { uncaughtDuring } from './support/uncaught.js';
import { WRONG_ABORT } from './wrong/abort.js';
import { WRONG_CLOSING } from './wrong/closing.js';
import { WRONG_DEATH } from './wrong/death.js';
import { WRONG_EXCLUSION } from './wrong/exclusion.js';
import { WRONG_HOLDERS } from './wrong/holders.js';
import { WRONG_LEFTOVERS } from './wrong/leftovers.js';
import { WRONG_LOSS } from './wrong/loss.js';
import { WRONG_RELEASE } from './wrong/release.js';
import { WRONG_REMOVAL } from './wrong/removal.js';
import { WRONG_TOKENS } from './wrong/tokens.js';
import { WRONG_WAITING } from './wrong/waiting.js';
import type { Wrong } from './wrong/wrong.js';

const WRONG: readonly Wrong[] = [
  ...WRONG_EXCLUSION,
  ...WRONG_WAITING,
  ...WRONG_ABORT,
  ...WRONG_RELEASE,
  ...WRONG_TOKENS,
  ...WRONG_HOLDERS,
  ...WRONG_LOSS,
  ...WRONG_DEATH,
  ...WRONG_CLOSING,
  ...WRONG_LEFTOVERS,
  ...WRONG_REMOVAL,
];

describe('the contract of leases', () => {
  it('is kept in all its clauses by the provider that the wrong ones are made from', async () => {
    const violated = await violations(CLAUSES, memoryContestants());

    expect(violated).toEqual([]);
  });

  it.each(WRONG.map((wrong) => [wrong.how, wrong] as const))(
    'is violated in one clause only by a provider that %s',
    async (_, { breaks, make }) => {
      let violated: readonly string[] = [];
      // What a wrong provider throws at nobody concerns the clause about that, not the others.
      await uncaughtDuring(async () => {
        violated = await violations(CLAUSES, make);
      });

      expect(violated).toEqual([breaks]);
    },
  );

  it('has a wrong provider for each of its clauses', () => {
    const broken = new Set(WRONG.map(({ breaks }) => breaks));

    expect(CLAUSES.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });

  it('gives each clause a name of its own', () => {
    const names = CLAUSES.map(({ name }) => name);

    expect(names).toEqual([...new Set(names)]);
  });
});
