import { describe, it } from 'vitest';
import { CLAUSES } from './clauses.js';
import type { MakeContestants } from './contestants.js';
import { assertClause } from './run-clause.js';

/**
 * The contract that every provider of leases keeps: one test for each of its clauses.
 *
 * @param name the kind of provider
 * @param make makes contestants for one clause
 */
export function describeLeaseContract(name: string, make: MakeContestants): void {
  describe(`the contract of leases, kept by ${name}`, () => {
    it.each(CLAUSES.map((clause) => [clause.title, clause] as const))('%s', async (_, clause) => {
      await assertClause(clause, make);
    });
  });
}
