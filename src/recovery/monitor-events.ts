import { log } from '../observe/deliver.js';
import type { Logger, RunView } from '../types.js';
import type { Health, HealthReason } from './classify.js';
import type { RecoveryOutcome, RecoveryRequest } from './outcome.js';
import type { SessionReport } from './session-states.js';

/** A session as it looks now. Plain, safe to turn into JSON. */
export interface SessionState {
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly sessionFile?: string;
  /**
   * `processing` for an owner, `waiting` for a run of its own that waits or is parked, else as
   * reported.
   */
  readonly state: SessionReport['state'];
  /** Messages that its host keeps, or runs that wait for its file: the larger of the two. */
  readonly queueDepth: number;
  readonly health: Health;
  /** Absent where it is healthy or waits. */
  readonly reason?: HealthReason;
  /**
   * Since the grant of a run that moves, the last progress of one that is silent, the call of one
   * that waits, the parking of one that is parked; else since the report.
   */
  readonly ageMs: number;
  /** Of a run that owns its file: time without progress in which it could have made some. */
  readonly silentMs?: number;
  /** When its host last said something about it. */
  readonly reportedAtMs?: number;
  /** Its own run, if one is alive. */
  readonly run?: RunView;
}

interface EventFacts extends SessionState {
  /** Wall time of the look; of a recovery, when it was asked for or came back. */
  readonly atMs: number;
}

/** What the monitor found, or did. */
export type MonitorEvent =
  | (EventFacts & { readonly type: 'long-running' })
  | (EventFacts & { readonly type: 'stalled' })
  | (EventFacts & { readonly type: 'stuck' })
  | (EventFacts & { readonly type: 'recovery-requested'; readonly request: RecoveryRequest })
  | (EventFacts & {
      readonly type: 'recovery-completed';
      readonly request: RecoveryRequest;
      readonly outcome: RecoveryOutcome;
      /** Something was reported of the session meanwhile: its state was left as it is. */
      readonly isStale: boolean;
    });

export type MonitorEventType = MonitorEvent['type'];
export type MonitorEventOf<Type extends MonitorEventType> = Extract<
  MonitorEvent,
  { readonly type: Type }
>;

/** A finding that is told again is no news, and neither is what comes of asking again. */
function levelOf(event: MonitorEvent, isNews: boolean): keyof Logger {
  if (event.type === 'recovery-requested') return 'debug';
  if (event.type === 'long-running') return 'info';
  if (event.type !== 'recovery-completed') return 'warn';
  const { status } = event.outcome;
  if (!isNews) return 'debug';
  if (status === 'failed') return 'error';
  return status === 'skipped' || status === 'noop' ? 'info' : 'warn';
}

/** Errors are written out under this name only. */
function factsOf(event: MonitorEvent): object {
  const isFailed = event.type === 'recovery-completed' && event.outcome.status === 'failed';
  return isFailed ? { ...event, err: event.outcome.error } : event;
}

type Listener = (event: MonitorEvent) => void;

/** Who listens to a monitor. What a listener throws is logged and changes nothing. */
export class MonitorListeners {
  readonly #listeners = new Map<string, Set<{ readonly call: Listener }>>();
  readonly logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.logger = logger;
  }

  add(type: MonitorEventType, call: Listener): Disposable {
    const listener = { call };
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  }

  /** @param isNews false where the same was told before */
  emit(event: MonitorEvent, isNews = true): void {
    log(this.logger, levelOf(event, isNews), factsOf(event), `session ${event.type}`);
    const listeners = this.#listeners.get(event.type);
    for (const listener of [...(listeners ?? [])]) {
      // One that was called before may have taken it off.
      if (listeners?.has(listener) === true) this.#call(listener.call, event);
    }
  }

  clear(): void {
    for (const listeners of this.#listeners.values()) listeners.clear();
  }

  #call(call: Listener, event: MonitorEvent): void {
    const complain = (error: unknown): void => {
      log(this.logger, 'error', { err: error, event }, 'a listener of a monitor failed');
    };
    try {
      const answer: unknown = call(event);
      if (answer instanceof Promise) answer.catch(complain);
    } catch (error) {
      complain(error);
    }
  }
}
