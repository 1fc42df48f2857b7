import type { Clause, MakeContestants } from './contestants.js';

/** Runs one clause, in no need of any test runner. @throws where it is violated, with what was seen as the cause */
export async function assertClause(clause: Clause, make: MakeContestants): Promise<void> {
  const contestants = await make();
  try {
    await clause.check(contestants);
  } catch (cause) {
    const seen = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Violated (${clause.name}): ${clause.title}: ${seen}`, { cause });
  } finally {
    await contestants.dispose();
  }
}

/** The names of the clauses that do not hold, each checked with contestants of its own. */
export async function violations(
  clauses: readonly Clause[],
  make: MakeContestants,
): Promise<string[]> {
  const violated: string[] = [];
  for (const clause of clauses) {
    await assertClause(clause, make).catch(() => violated.push(clause.name));
  }
  return violated;
}
