import type { LeaseProvider } from '../leases/provider.js';
import type { OwnershipEvent } from '../observe/events.js';
import type { Origin } from '../ownership/run/terms.js';
import type { Logger } from '../types.js';

/** Settings of a coordinator. Read once, when it is made. */
export interface CoordinatorOptions {
  /**
   * Where diagnostics go. Told of events in the context of no run; what it throws changes nothing.
   * @defaultValue pino, named `penholder`, silent unless `PENHOLDER_LOG` sets a level
   */
  readonly logger?: Logger | undefined;
  /**
   * Told of each change of a run that was asked of this coordinator, after it happened, in the
   * context of no run. What it throws is logged and changes nothing.
   */
  readonly onEvent?: ((event: OwnershipEvent) => void) | undefined;
  /**
   * One deadline per request, measured from the call. At least as long as a stuck owner can hold
   * the file, so that waiters do not give up just before they would be served.
   * @defaultValue `stuckAfterMs + settleMs + 15_000`
   */
  readonly waitMs?: number | undefined;
  /**
   * An owner without progress for so long is told to stop; `false` for never.
   * @defaultValue `900_000`
   */
  readonly stuckAfterMs?: number | false | undefined;
  /** The absolute limit of a turn, measured from its grant. @defaultValue none */
  readonly maxHoldMs?: number | undefined;
  /** From the firing of a run's signal until its turn is taken. @defaultValue `15_000` */
  readonly settleMs?: number | undefined;
  /**
   * A waiting run fires the `yieldSignal` of an owner of a less urgent kind after so long.
   * @defaultValue `0`
   */
  readonly yieldAfterMs?: number | undefined;
  /** ... and interrupts it after so long. @defaultValue never */
  readonly preemptAfterMs?: number | undefined;
  /** Waiting runs per file; one more is refused. `Infinity` for no limit. @defaultValue `100` */
  readonly maxWaiting?: number | undefined;
  /**
   * Events kept for all files together. One table serves the whole thread: the largest wish counts.
   * @defaultValue `1_024`
   */
  readonly historySize?: number | undefined;
  /**
   * Schemes that pass through as keys without I/O. One table serves the whole thread: the first
   * wish counts, another one is refused.
   * @defaultValue `['sqlite', 'memory', 'in-memory']`
   */
  readonly markers?: readonly string[] | undefined;
  /**
   * `fsync`: what a write put into the file has reached the disk when it resolves.
   * @defaultValue `'os'`
   */
  readonly durability?: 'os' | 'fsync' | undefined;
  /**
   * Whether a run ends where somebody appends to its file without the gate, or takes the bytes in.
   * @defaultValue `'takeover'`
   */
  readonly onForeignAppend?: 'takeover' | 'adopt' | undefined;
  /**
   * Excludes other processes and threads; without one only runs of this thread are excluded. One
   * serves the whole thread: the first one is installed, coordinators without one use it, too, and
   * another one is refused. Whoever made it closes it, after the coordinators.
   * @defaultValue none
   */
  readonly leases?: LeaseProvider | undefined;
  /** An owner table of its own, for tests: it excludes nobody outside. @defaultValue `false` */
  readonly isolated?: boolean | undefined;
}

/** What a coordinator makes of its options. */
export interface Settings extends Origin {
  readonly waitMs: number;
  readonly stuckAfterMs: number;
  readonly maxHoldMs: number;
  readonly historySize: number;
  readonly markers: readonly string[] | undefined;
  readonly leases: LeaseProvider | undefined;
  readonly durability: 'os' | 'fsync';
  readonly onForeignAppend: 'takeover' | 'adopt';
  readonly isolated: boolean;
}
