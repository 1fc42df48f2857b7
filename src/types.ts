/**
 * The vocabulary of the package: what a run is called, what can be seen of it, how it ends.
 * Types and the two constant lists behind them, nothing that runs.
 */

/** What a run is for, in the order of urgency: the first waits least. */
export const RUN_KINDS = [
  'person',
  'command',
  'child',
  'cron',
  'heartbeat',
  'maintenance',
] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/**
 * Where a run is between its request and its end. `prompting` and `maintaining` are windows of its
 * turn; `finishing` says that it is over but for sections and queued writes that are under way.
 */
export type RunPhase =
  'waiting' | 'active' | 'prompting' | 'maintaining' | 'parked' | 'finishing' | 'ended';

/**
 * How a run ended. Where it ended by itself after its signal had fired this is the cause;
 * `revoked` says that ownership had to be taken from it, `unclaimed` that nobody fetched the turn.
 */
export const RUN_ENDS = [
  'completed',
  'released',
  'failed',
  'aborted',
  'interrupted',
  'superseded',
  'stuck',
  'revoked',
  'takeover',
  'lease-lost',
  'shutdown',
  'unclaimed',
] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

/** What fired the signal of a run, or of one of its windows (`timeout`). */
export type InterruptCause =
  | 'caller'
  | 'user'
  | 'superseded'
  | 'timeout'
  | 'stuck'
  | 'max-hold'
  | 'takeover'
  | 'lease-lost'
  | 'recovery'
  | 'shutdown';

/** What a request that asks for admission wants where somebody owns the file already. */
export const ADMISSION_MODES = ['queue', 'steer', 'interrupt', 'skip'] as const;
export type AdmissionMode = (typeof ADMISSION_MODES)[number];

/** What became of the content of a session file outside of the gate. */
export const FILE_CHANGES = ['appended', 'rewritten', 'truncated', 'replaced', 'deleted'] as const;
export type FileChange = (typeof FILE_CHANGES)[number];

/** The run that had the file before, as far as is still known. Guests do not count. */
export interface PreviousRun {
  readonly runId: string;
  /**
   * `died`, of a run of another process: that ended, or gave no sign of life any more, in the middle
   * of its turn, or the turn had to be taken from it there.
   */
  readonly end: RunEnd | 'died';
  /** How long the file was when that run's turn began. */
  readonly startBytes: number;
  /** Where the last of its own writes ended; absent where it wrote nothing, or died. */
  readonly endBytes?: number;
  /** Where it ran, if it died in another process. */
  readonly host?: string;
}

/** What a guest wrote, or a stranger whose bytes were adopted (then without a label). */
export interface GuestWrite {
  readonly label?: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * A resolved session file. Frozen; made by `resolveSessionFile` and `resolveSessionFileSync`.
 */
export interface SessionFile {
  /** Identity: equal for every alias of one file. Not for I/O. */
  readonly key: string;
  /** As the caller spelt it, made absolute. For display. */
  readonly path: string;
  /** What I/O uses: links resolved, case as given. */
  readonly realPath: string;
}

/** Requests resolve a path anew; synchronous look-ups take the key of a `SessionFile` as it is, at no I/O. */
export type SessionFileLike = string | URL | SessionFile;

/** What can be seen of a run: a frozen snapshot, safe to keep and to turn into JSON. */
export interface RunView {
  readonly runId: string;
  /** 0 before the first grant; every grant, also one after `park`, adds one. */
  readonly generation: number;
  /** The path as its caller spelt it, made absolute. */
  readonly sessionFile: string;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly kind: RunKind;
  readonly phase: RunPhase;
  readonly end?: RunEnd | undefined;
  readonly requestedAtMs: number;
  readonly grantedAtMs?: number | undefined;
  readonly progressAtMs?: number | undefined;
  readonly progressNote?: string | undefined;
  /** How many runs wait for this file. */
  readonly waiting: number;
  /** Decimal; of the lease that its turn began with, where there are leases. */
  readonly fencingToken?: string | undefined;
  /** Set while the run lives and its signal has fired. */
  readonly stopping?: Stopping | undefined;
}

/** That a run was told to stop. */
export interface Stopping {
  readonly why: InterruptCause;
  readonly atMs: number;
  /** When its turn is taken; absent where it may take any time. */
  readonly dueAtMs?: number;
}

/** The limits that a run was granted under; `false` and `undefined` mean none. */
export interface RunLimits {
  readonly stuckAfterMs: number | false;
  readonly maxHoldMs?: number;
  readonly settleMs: number;
  /** While it maintains: how much longer it may, `false` for any time; no other limit counts. */
  readonly maintenanceLeftMs?: number | false;
}

/** A run of this thread that has the file, with the limits after which its turn is taken away. */
export interface HoldingRun extends RunView {
  readonly limits: RunLimits;
  readonly pid: number;
  readonly host: string;
}

/** Who has a session file towards other processes: what they can read of it. */
export interface HolderInfo {
  /** Random, one for each thread: a process id alone comes back after a restart. */
  readonly instanceId: string;
  readonly runId: string;
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly kind: RunKind;
  readonly pid: number;
  /** 0 is the main thread. */
  readonly threadId: number;
  readonly host: string;
  /** Of the kernel, where it has one: another one means that the machine was started anew. */
  readonly bootId?: string;
  readonly processStartedAtMs: number;
  readonly acquiredAtMs: number;
  /** How long the file was when the turn began. */
  readonly startBytes?: number;
  /** Decimal; grows with every lease of this file. */
  readonly fencingToken?: string;
}

/** Who has the file: a run of this thread, or one of another process or thread. */
export type Holder = HoldingRun | HolderInfo;

/** One step of a chain of runs that would wait for each other for ever. */
export interface DeadlockLink {
  readonly run: RunView;
  /** The file that this run waits for; absent on the run that asks. */
  readonly waitsFor?: string;
}

/** Where diagnostics go. Structural, so that pino and most loggers fit as they are. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
