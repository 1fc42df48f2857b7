import type { FileChange, InterruptCause, RunEnd, RunKind } from '../types.js';

/** What every event says, whatever happened. */
interface EventFacts {
  /** Equal on everything that tells of one failure: its events, its log lines, its error. */
  readonly eventId: string;
  /** Counts all events of the thread's owner table, in the order in which they happened. */
  readonly sequence: number;
  readonly atMs: number;
  readonly runId: string;
  readonly generation: number;
  readonly sessionFile: string;
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly kind: RunKind;
}

/** Why a wait ended without a grant. */
interface StopFacts {
  readonly code: string;
  readonly waitedMs: number;
  readonly holderRunId?: string;
  /** `waitMs` was 0: it asked for now or never. */
  readonly isProbe?: true;
  /** What it was told to stop for, where it was interrupted. */
  readonly why?: InterruptCause;
  /** Where no lease could be had: why, what the system said, and at which place. */
  readonly reason?: string;
  readonly systemCode?: string;
  readonly lockPath?: string;
}

/** What each type of event adds. */
export interface EventDetails {
  /** A call was counted. `atMs` is the call. */
  requested: object;
  /** The run waits; `waiting` counts it too. */
  queued: { readonly waiting: number };
  /** `diedRunId` is the run of another process that died before, or had its turn cut off. */
  granted: { readonly waitedMs: number; readonly diedRunId?: string; readonly diedHost?: string };
  /** The request shares the turn of the run around it. */
  joined: { readonly hostRunId: string };
  /** The holder took the message: the request needs no turn of its own any more. */
  steered: { readonly holderRunId: string };
  /** The request did not want to wait, or could not: it was turned away and has changed nothing. */
  busy: { readonly reason: 'held' | 'held-elsewhere' | 'queue-full'; readonly holderRunId: string };
  'timed-out': StopFacts;
  aborted: StopFacts;
  cancelled: StopFacts;
  refused: StopFacts;
  parked: object;
  resumed: { readonly waitedMs: number };
  /** A parked run did not get its turn back within its limit; it stays parked. */
  'resume-failed': StopFacts;
  rebound: { readonly formerSessionKey?: string; readonly formerSessionId?: string };
  /** The owner's `yieldSignal` fired, for a more urgent run that waits, or else for recovery. */
  'yield-asked': { readonly waiterRunId?: string };
  /** `byRunId` is the run that supersedes it. */
  signalled: {
    readonly why: InterruptCause;
    readonly settleMs: number;
    readonly byRunId?: string;
  };
  /** The content changed outside of the gate; the signal of the run fires with it. */
  takeover: {
    readonly change: FileChange;
    readonly by: 'unknown' | 'revoked-run';
    readonly expectedBytes: number;
    readonly seenBytes: number;
  };
  /** Another process has taken the file over; the turn ends in the same step. */
  'lease-lost': { readonly fencingToken: string };
  /** The turn went on in another file. */
  rotated: { readonly formerSessionFile: string };
  revoked: { readonly why: InterruptCause };
  ended: { readonly end: RunEnd; readonly heldMs: number; readonly why?: InterruptCause };
}

export type OwnershipEventType = keyof EventDetails;

/** One change of state, told after it happened. Plain, frozen, safe to turn into JSON. */
export type OwnershipEvent = {
  [Type in OwnershipEventType]: EventFacts & { readonly type: Type } & EventDetails[Type];
}[OwnershipEventType];

/** What an event needs to know about the run that it tells of. */
export interface EventSubject {
  readonly runId: string;
  readonly generation: number;
  readonly kind: RunKind;
  readonly path: string;
  readonly key: string;
  readonly sessionKey: string | undefined;
  readonly sessionId: string | undefined;
}
