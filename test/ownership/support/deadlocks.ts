import { expect } from 'vitest';
import { DeadlockError } from '../../../src/index.js';

export const DEADLOCK = { code: 'ERR_SESSION_DEADLOCK', retry: 'never' };

/** The ids of the runs that wait for each other. */
export function chainOf(error: unknown): string[] {
  expect(error).toBeInstanceOf(DeadlockError);
  return (error as DeadlockError).chain.map(({ run }) => run.runId);
}
