import { SessionError } from '../../src/index.js';

/** How a promise ended; undefined while it has not. */
export function outcomeOf(promise: Promise<unknown>): { code?: string } {
  const outcome: { code?: string } = {};
  promise.then(
    () => {
      outcome.code = 'value';
    },
    (error: unknown) => {
      outcome.code = SessionError.is(error) ? error.code : String(error);
    },
  );
  return outcome;
}
