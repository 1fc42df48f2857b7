import type { Scope } from './scope.js';

/** A signal of a run, made when somebody first looks at it. */
export interface OwnSignal {
  readonly controller: AbortController;
  /** In whose context it was first asked for: there its listeners are called. */
  readonly scope: Scope | undefined;
}
