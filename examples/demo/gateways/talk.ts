/** What is said between the demo and a gateway, which is a process of its own. */
import type { OwnershipEvent, PreviousRun, RunKind } from 'penholder';

export type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

/** How a gateway keeps others from the transcript. */
export type Guard = 'nothing' | 'no leases' | 'leases';

export interface Opening {
  readonly do: 'open';
  readonly guard: Guard;
  /** After so long a silence of another process its lease counts as given up. */
  readonly expireMs: number;
}

export interface TurnWish {
  readonly do: 'turn';
  readonly id: number;
  readonly sessionFile: string;
  readonly sessionKey: string;
  readonly kind: RunKind;
  readonly question: string;
  /** Its process is to stand still right before it writes the answer. */
  readonly standsStill: boolean;
}

export type Command = Opening | TurnWish | { readonly do: 'close' };

/** What a turn found at its beginning. */
export interface Found {
  readonly previous: PreviousRun | undefined;
  readonly fencingToken: string | undefined;
  /** How much of a torn record it has cut. */
  readonly tornBytes: number;
}

export interface Failure {
  readonly code: string;
  readonly why: string | undefined;
  /** Of the error that is behind it all. */
  readonly rootCode: string;
  readonly message: string;
}

/** Times are those of `clockMs`. */
export type Happening =
  | { readonly type: 'ready' }
  | {
      readonly type: 'event';
      readonly event: OwnershipEvent['type'];
      readonly runId: string;
      readonly sessionKey: string;
      readonly atMs: number;
    }
  | ({ readonly type: 'found'; readonly id: number } & Found)
  /** The agent has the file open, and closed it again. */
  | { readonly type: 'in' | 'out'; readonly id: number; readonly atMs: number }
  /** From now on it does nothing, until it is continued. */
  | { readonly type: 'standing'; readonly id: number; readonly atMs: number }
  | { readonly type: 'answering'; readonly id: number }
  /** What the agent wanted to write did not reach the file. */
  | { readonly type: 'write-refused'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'answered'; readonly id: number; readonly reply: string }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'closed'; readonly leftOver: readonly string[] };

/** Monotonic, and the same for all processes of the machine. */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
