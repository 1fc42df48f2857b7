import type { Lease } from '../../leases/provider.js';
import type { HolderInfo, Logger, PreviousRun } from '../../types.js';

/** How long it may take to find out whether a file is free now. */
export const PROBE_MS = 5_000;

/** What a file in use has to do with other processes, where a provider excludes them. */
export class QueueLease {
  /** Set while the file is this thread's. */
  lease: Lease | undefined = undefined;
  /** Set while this thread asks for it; aborted when nobody wants it any more. */
  wish: AbortController | undefined = undefined;
  /** Who has it elsewhere, as far as was told since it was asked for. */
  holder: HolderInfo | undefined = undefined;
  /**
   * What others did with the file before it came: the first run that follows is told of whoever
   * died, or that nobody knows. Undefined where this thread had it last.
   */
  before: { readonly run: PreviousRun | undefined } | undefined = undefined;
  /** Others had the file before it came, and no run of this thread has ended since. */
  isBehindOthers = false;
  /** Somebody died before it came, and no run was told yet. */
  isDeathUntold = false;
  /** Whose turn had to be taken, if that was the last one. */
  cutOff: HolderInfo | undefined = undefined;
  /** Of the last lease. */
  token = 0n;
  /** What others can read of whoever has it. */
  told: HolderInfo | undefined = undefined;
  /** Turns that began under this lease. */
  turns = 0;
  /** Of files that a run has moved away from, until it ends. */
  readonly former: Map<string, Lease> = new Map();
  /** Of the run that had it last. */
  logger: Logger | undefined = undefined;
}
