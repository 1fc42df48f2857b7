import type * as fc from 'fast-check';
import { SessionError } from '../../../src/index.js';

/** What one act came to: `value`, or the code of its error. */
export interface Told {
  readonly name: string;
  outcome: string | undefined;
}

/**
 * Starts every act when the scheduler says so, in any order, with other jobs in between, and tells
 * what each came to. Resolves once all of them have settled.
 */
export async function interleave(
  s: fc.Scheduler,
  acts: Readonly<Record<string, () => unknown>>,
): Promise<readonly Told[]> {
  const told = Object.keys(acts).map((name): Told => ({ name, outcome: undefined }));
  const all = told.map(async (one) => {
    await s.schedule(Promise.resolve(), one.name);
    try {
      await acts[one.name]?.();
      one.outcome = 'value';
    } catch (error) {
      one.outcome = SessionError.is(error) ? error.code : String(error);
    }
  });
  await s.waitFor(Promise.all(all));
  return told;
}

/** How often each number was written, in the order in which it is in the file. */
export function numbersIn(text: string): number[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { n: number }).n);
}
