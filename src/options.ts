import type { LeaseProvider } from './leases/provider.js';
import { defaultLogger } from './observe/default-logger.js';
import type { OwnershipEvent } from './observe/events.js';
import type { Origin, RunTerms } from './ownership/run/terms.js';
import type { AdmitRequest } from './runs/admission.js';
import { recordOf } from './runs/run-handle.js';
import type { WriteOptions } from './runs/guest-write.js';
import type { RunRequest } from './runs/run.js';
import {
  checkBoolean,
  checkCount,
  checkDuration,
  checkFunction,
  checkObject,
  checkOneOf,
  checkSignal,
  checkText,
  wrongType,
} from './support/checks.js';
import { ADMISSION_MODES, type Logger, RUN_KINDS } from './types.js';

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

/** How much longer than a stuck owner a waiter waits by default. */
const WAIT_MARGIN_MS = 15_000;
const DEFAULT_STUCK_AFTER_MS = 900_000;
const SCHEME = /^[a-z][a-z0-9+.-]+$/;

function durationOr<T>(name: string, value: number | undefined, otherwise: T): number | T {
  if (value === undefined) return otherwise;
  checkDuration(name, value);
  return value;
}

function stuckLimit(value: number | false | undefined, otherwise: number): number {
  return value === false ? Infinity : durationOr('stuckAfterMs', value, otherwise);
}

/** @throws TypeError, RangeError */
export function readOptions(options: CoordinatorOptions): Settings {
  checkObject('options', options);
  const { logger, onEvent, maxWaiting = 100, historySize = 1_024, isolated = false } = options;
  if (logger !== undefined) checkLogger(logger);
  if (onEvent !== undefined) checkFunction('onEvent', onEvent);
  checkCount('maxWaiting', maxWaiting, 0);
  checkCount('historySize', historySize, 0);
  checkBoolean('isolated', isolated);
  const { durability = 'os', onForeignAppend = 'takeover' } = options;
  checkTranscriptOptions(durability, onForeignAppend);
  if (historySize === Infinity)
    throw new RangeError('Invalid historySize: expected a limit, got Infinity');
  const settleMs = durationOr('settleMs', options.settleMs, 15_000);
  const stuckAfterMs = stuckLimit(options.stuckAfterMs, DEFAULT_STUCK_AFTER_MS);
  const maxHoldMs = durationOr('maxHoldMs', options.maxHoldMs, Infinity);
  const stuckMs = stuckAfterMs === Infinity ? DEFAULT_STUCK_AFTER_MS : stuckAfterMs;
  const waitMs = durationOr('waitMs', options.waitMs, stuckMs + settleMs + WAIT_MARGIN_MS);
  checkWaitFits(waitMs, maxHoldMs, stuckAfterMs, settleMs);
  return {
    logger: logger ?? defaultLogger(),
    onEvent,
    waitMs,
    stuckAfterMs,
    maxHoldMs,
    settleMs,
    yieldAfterMs: durationOr('yieldAfterMs', options.yieldAfterMs, 0),
    preemptAfterMs: durationOr('preemptAfterMs', options.preemptAfterMs, Infinity),
    maxWaiting,
    historySize,
    markers: readMarkers(options.markers),
    leases: readLeases(options.leases),
    durability,
    onForeignAppend,
    isolated,
    isClosed: false,
  };
}

function checkTranscriptOptions(durability: string, onForeignAppend: string): void {
  if (durability !== 'os') checkOneOf('durability', durability, ['os', 'fsync']);
  if (onForeignAppend !== 'takeover') {
    checkOneOf('onForeignAppend', onForeignAppend, ['takeover', 'adopt']);
  }
}

/** Waiters must not give up before a stuck owner is cleared. */
function checkWaitFits(waitMs: number, maxHoldMs: number, stuckMs: number, settleMs: number): void {
  const leastMs = Math.min(maxHoldMs, stuckMs + settleMs);
  if (leastMs === Infinity || waitMs >= leastMs) return;
  const limits = [
    ...(maxHoldMs === Infinity ? [] : [`maxHoldMs ${maxHoldMs} ms`]),
    ...(stuckMs === Infinity ? [] : [`stuckAfterMs ${stuckMs} ms + settleMs ${settleMs} ms`]),
  ];
  throw new RangeError(
    `Invalid waitMs: ${waitMs} ms is shorter than an owner may hold a file ` +
      `(${limits.join(', or ')}), so waiters would give up before a stuck owner is cleared; ` +
      'a single request may choose less',
  );
}

function checkLogger(logger: Logger): void {
  checkObject('logger', logger);
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    checkFunction(`logger.${level}`, logger[level]);
  }
}

function readMarkers(markers: readonly string[] | undefined): readonly string[] | undefined {
  if (markers === undefined) return undefined;
  if (!Array.isArray(markers)) throw wrongType('markers', 'an array of schemes', markers);
  for (const marker of markers as readonly unknown[]) {
    checkText('markers', marker);
    if (SCHEME.test(marker as string) && marker !== 'file') continue;
    throw new RangeError(
      `Invalid markers: expected schemes such as "memory" (lower case, two characters or more, not "file"), got ${JSON.stringify(marker)}`,
    );
  }
  return [...new Set(markers)];
}

function readLeases(leases: LeaseProvider | undefined): LeaseProvider | undefined {
  if (leases === undefined) return undefined;
  checkObject('leases', leases);
  checkText('leases.name', leases.name);
  for (const method of ['acquire', 'inspect', 'close'] as const) {
    checkFunction(`leases.${method}`, leases[method]);
  }
  if (leases.maxHandOvers !== undefined) checkCount('leases.maxHandOvers', leases.maxHandOvers, 0);
  return leases;
}

/** @throws TypeError, RangeError */
export function readTerms(
  request: RunRequest,
  settings: Settings,
  onReentryByDefault: RunTerms['onReentry'] = 'refuse',
): RunTerms {
  const { runId, sessionKey, sessionId, kind = 'person', signal, parent } = request;
  const { onReentry = onReentryByDefault, steer, rescue } = request;
  const { durability = settings.durability, onForeignAppend = settings.onForeignAppend } = request;
  checkTranscriptOptions(durability, onForeignAppend);
  if (runId !== undefined) checkText('runId', runId);
  if (sessionKey !== undefined) checkText('sessionKey', sessionKey);
  if (sessionId !== undefined) checkText('sessionId', sessionId);
  if (kind !== 'person') checkOneOf('kind', kind, RUN_KINDS);
  if (signal !== undefined) checkSignal('signal', signal);
  if (onReentry !== onReentryByDefault)
    checkOneOf('onReentry', onReentry, ['refuse', 'join', 'queue']);
  if (steer !== undefined) checkFunction('steer', steer);
  if (rescue !== undefined) checkFunction('rescue', rescue);
  if (parent !== undefined && recordOf(parent) === undefined) {
    throw wrongType('parent', 'a run of this package', parent);
  }
  return {
    runId,
    sessionKey,
    sessionId,
    kind,
    waitMs: durationOr('waitMs', request.waitMs, settings.waitMs),
    maxHoldMs: durationOr('maxHoldMs', request.maxHoldMs, settings.maxHoldMs),
    stuckAfterMs: stuckLimit(request.stuckAfterMs, settings.stuckAfterMs),
    hasOwnPatience: request.stuckAfterMs !== undefined,
    hasParent: parent !== undefined,
    onReentry,
    durability,
    onForeignAppend,
    isGuest: false,
    label: undefined,
    admission: undefined,
    steer,
    rescue,
  };
}

/** A request that asks how it may run. @throws TypeError, RangeError */
export function readAdmission(request: AdmitRequest, settings: Settings): RunTerms {
  checkObject('request', request);
  const { mode = 'queue', force = false } = request;
  if (mode !== 'queue') checkOneOf('mode', mode, ADMISSION_MODES);
  checkBoolean('force', force);
  return { ...readTerms(request, settings, 'queue'), admission: { mode, force } };
}

/** The request that a guest write is. @throws TypeError, RangeError */
export function readWriteTerms(options: WriteOptions, settings: Settings): RunTerms {
  const { label, kind = 'command', signal, waitMs, parent } = options;
  if (label !== undefined) checkText('label', label);
  const sessionFile = '';
  const terms = readTerms({ sessionFile, kind, signal, waitMs, parent }, settings);
  return { ...terms, isGuest: true, label };
}
