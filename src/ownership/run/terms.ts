import type { OwnershipEvent } from '../../observe/events.js';
import type { SessionError } from '../../errors/session-error.js';
import type { AdmissionMode, Logger, RunKind } from '../../types.js';

/** The part of a coordinator that its runs carry with them. */
export interface Origin {
  readonly settleMs: number;
  readonly yieldAfterMs: number;
  readonly preemptAfterMs: number;
  readonly maxWaiting: number;
  readonly logger: Logger | undefined;
  readonly onEvent: ((event: OwnershipEvent) => void) | undefined;
  /** Set once, by `close()`: nothing more is admitted. */
  isClosed: boolean;
}

/** How a request may get its turn, where it asks to be told instead of only waiting. */
export interface AdmissionTerms {
  readonly mode: AdmissionMode;
  /** Interrupts an owner of a more urgent kind too, steers into one of another kind. */
  readonly force: boolean;
}

/** What a request asks for, checked and with its defaults. */
export interface RunTerms {
  readonly runId: string | undefined;
  readonly sessionKey: string | undefined;
  readonly sessionId: string | undefined;
  readonly kind: RunKind;
  readonly waitMs: number;
  readonly maxHoldMs: number;
  readonly stuckAfterMs: number;
  /** The request says itself how long it may be silent: no look from outside may be less patient. */
  readonly hasOwnPatience: boolean;
  /** The run that asks was named, since the context does not show it. */
  readonly hasParent: boolean;
  readonly onReentry: 'refuse' | 'join' | 'queue';
  readonly durability: 'os' | 'fsync';
  readonly onForeignAppend: 'takeover' | 'adopt';
  /** Wants one section: at the gate of whoever owns the file, else in a short turn of its own. */
  readonly isGuest: boolean;
  /** What the owner sees the bytes of a guest under. */
  readonly label: string | undefined;
  readonly admission: AdmissionTerms | undefined;
  readonly steer: ((message: unknown) => boolean | Promise<boolean>) | undefined;
  readonly rescue: ((payload: unknown, error: SessionError) => void | Promise<void>) | undefined;
}
