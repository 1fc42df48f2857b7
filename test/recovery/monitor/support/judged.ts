import type { RunRecord } from '../../../../src/ownership/run/run-record.js';
import type { classifyRun } from '../../../../src/recovery/classify.js';
import type { SessionEntry } from '../../../../src/recovery/session-states.js';

export type JudgedRun = Parameters<typeof classifyRun>[0];

export interface JudgedOptions {
  readonly phase?: RunRecord['phase'];
  readonly arrivedMs?: number;
  readonly grantedMs?: number;
  readonly parkedMs?: number;
  readonly progressMs?: number;
  readonly excusedMs?: number;
  readonly waiting?: number;
  /** What its request named as its own `stuckAfterMs`. */
  readonly ownMs?: number;
  /** What its open prompts have declared. */
  readonly silentMs?: readonly number[];
  /** Given where the run is finishing: since when, and for how long it may. */
  readonly finishingMs?: number;
  readonly settleMs?: number;
}

/** As much of a run as a verdict looks at; granted, and making progress, at 0 unless told otherwise. */
export function judgedRun(options: JudgedOptions = {}): JudgedRun {
  const {
    phase = 'active',
    arrivedMs = 0,
    parkedMs = 0,
    grantedMs = 0,
    waiting = 0,
    excusedMs = 0,
  } = options;
  const { progressMs = grantedMs, ownMs, silentMs = [] } = options;
  const { finishingMs, settleMs = 15_000 } = options;
  const windows = silentMs.map((ms) => ({ phase: 'prompting', silentMs: ms, dueAtMs: 0 }) as const);
  return {
    phase,
    arrivedMs,
    parkedMs,
    grantedMs,
    progressMs,
    excusedMs,
    waiting,
    windows: new Set(windows),
    finishing: finishingMs === undefined ? undefined : { end: 'completed', sinceMs: finishingMs },
    terms: { stuckAfterMs: ownMs ?? 900_000, hasOwnPatience: ownMs !== undefined },
    origin: { settleMs },
  } as JudgedRun;
}

export function reported(options: Partial<SessionEntry> = {}): SessionEntry {
  return {
    sessionKey: 'k',
    sessionId: undefined,
    sessionFile: undefined,
    path: undefined,
    state: 'processing',
    queueDepth: 0,
    generation: 1,
    reportedMs: 0,
    ...options,
  };
}
