/** What is known of the processes when all is over. */
import type { Asked } from './hall.js';
import type { Signal } from './talk.js';

export interface ProcessFacts {
  /** In the order in which they were answered, or were not. */
  readonly asked: readonly Asked[];
  readonly signals: readonly { readonly signal: Signal; readonly atMs: number }[];
}

/** The turn that was granted next after the signal, and how long that took. */
export interface AfterTheSignal {
  readonly next: Asked | undefined;
  readonly toGrantMs: number;
}

/** In the order of their grants; turns without Penholder have none. */
export function grantedIn({ asked }: ProcessFacts): readonly (Asked & { grantedMs: number })[] {
  return asked
    .flatMap((one) => {
      const { grantedMs } = one.ticket;
      return grantedMs === undefined ? [] : { ...one, grantedMs };
    })
    .toSorted((one, other) => one.grantedMs - other.grantedMs);
}

export function afterSignal(facts: ProcessFacts | undefined, signal: Signal): AfterTheSignal {
  const sentMs = facts?.signals.find((sent) => sent.signal === signal)?.atMs ?? Infinity;
  const next = facts && grantedIn(facts).find(({ grantedMs }) => grantedMs > sentMs);
  return { next, toGrantMs: Math.round((next?.grantedMs ?? NaN) - sentMs) };
}
