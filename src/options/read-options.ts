import type { LeaseProvider } from '../leases/provider.js';
import { defaultLogger } from '../observe/default-logger.js';
import {
  checkBoolean,
  checkCount,
  checkFunction,
  checkObject,
  checkText,
  wrongType,
} from '../support/checks.js';
import type { Logger } from '../types.js';
import type { CoordinatorOptions, Settings } from './coordinator-options.js';
import { checkTranscriptOptions, durationOr, stuckLimit } from './shared-checks.js';

/** How much longer than a stuck owner a waiter waits by default. */
const WAIT_MARGIN_MS = 15_000;
const DEFAULT_STUCK_AFTER_MS = 900_000;
const SCHEME = /^[a-z][a-z0-9+.-]+$/;

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
