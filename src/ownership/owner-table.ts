import { ConfigurationError } from '../errors/setup-errors.js';
import { SessionError } from '../errors/session-error.js';
import { DEFAULT_MARKERS } from '../identity/parse-input.js';
import { UNKNOWN_HOLDER } from '../leases/unknown-holder.js';
import { monotonicMs } from '../support/clock.js';
import { nextEventId } from '../support/event-id.js';
import { describeMs } from '../support/wording.js';
import { setThreadTable, threadTable, type ThreadTable } from '../support/thread-table.js';
import { CallerSignals } from './stopping/caller-signals.js';
import { Departures } from './turns/departures.js';
import type { FileQueue } from './file/file-queue.js';
import { Gate, type GateKeepers } from './file/gate.js';
import { HoldLimits } from './limits/hold-limits.js';
import { Leasing } from './leasing/leasing.js';
import { Openings } from './openings.js';
import { Parking } from './turns/parking.js';
import { Pressure } from './stopping/pressure.js';
import { Requests } from './requests/requests.js';
import type { RunRecord } from './run/run-record.js';
import { Signals } from './stopping/signals.js';
import { TableState } from './table/table-state.js';
import { Turns } from './turns/turns.js';
import { gateTimeout, leaseUnavailable, waitTimeout } from './table/refusals.js';

/** What two copies of this package must agree on to share a table. */
const PROTOCOL = 1;
/**
 * Who owns, waits and is parked, for all coordinators of one thread: the state, and the parts that
 * change it.
 */
export class OwnerTable implements ThreadTable {
  readonly protocol: number = PROTOCOL;
  readonly state: TableState;
  readonly turns: Turns;
  readonly departures: Departures;
  readonly signals: Signals;
  readonly requests: Requests;
  readonly parking: Parking;
  readonly pressure: Pressure;
  readonly limits: HoldLimits;
  readonly leasing: Leasing;
  readonly callerSignals: CallerSignals = new CallerSignals();
  readonly openings: Openings = new Openings(this.callerSignals);
  /** The files on which a recovery acts: one at a time each. */
  readonly recoveries: Set<FileQueue> = new Set();
  markers: ReadonlySet<string> = DEFAULT_MARKERS;
  hasOwnMarkers = false;

  /** @param historySize events kept at first; others may ask for more */
  constructor(historySize = 1_024) {
    this.state = new TableState(historySize, (record) => {
      this.#expire(record);
      this.state.outbox.flush();
    });
    const limits = new HoldLimits(
      (record, why) => {
        // What is overdue with ending had its time to settle.
        const because = record.finishing ? undefined : limitText(record, why);
        const settleMs = record.finishing ? 0 : undefined;
        this.signals.fire(record, why, undefined, settleMs, { because });
        this.state.outbox.flush();
      },
      (record, lostMs) => {
        this.signals.giveBack(record, lostMs);
      },
    );
    this.departures = new Departures(this.state, {
      over: (record) => {
        limits.untrack(record);
      },
      ownerChanged: (queue) => {
        this.pressure.ownerChanged(queue);
      },
      fewer: (queue) => {
        this.turns.closeIfUnused(queue);
      },
      gone: (record) => {
        this.#forget(record);
      },
    });
    this.leasing = new Leasing(this.state, {
      came: (queue) => {
        this.turns.begin(queue);
        this.requests.late.afterGrant(queue);
      },
      heldElsewhere: (queue, holder) => {
        this.requests.late.heldElsewhere(queue, holder);
      },
      failed: (queue, error) => {
        this.#refuseWaiting(queue, error);
      },
      idle: (queue) => {
        this.turns.closeIfUnused(queue);
      },
      lost: (record, cause) => {
        this.signals.loseLease(record, cause);
      },
    });
    this.turns = new Turns(this.state, this.departures, this.leasing, {
      granted: (record) => {
        limits.track(record);
      },
      over: (record) => {
        limits.untrack(record);
      },
      limitMoved: (record) => {
        limits.retime(record);
      },
      callerAborted: (record, reason) => {
        this.signals.fire(record, 'caller', reason);
      },
      resumed: (queue) => {
        this.requests.late.refuseCircles(queue);
      },
      ownerChanged: (queue) => {
        this.pressure.ownerChanged(queue);
      },
    });
    this.signals = new Signals(this.state, this.turns, this.departures);
    this.pressure = new Pressure(this.state, this.signals);
    this.parking = new Parking(this.state, this.turns, this.departures, this.leasing);
    this.requests = new Requests(this.state, {
      turns: this.turns,
      departures: this.departures,
      signals: this.signals,
      leasing: this.leasing,
      pressure: this.pressure,
      watchCaller: (record) => {
        const { callerSignal } = record;
        if (callerSignal === undefined) return;
        this.callerSignals.watch(callerSignal, record, (reason) => {
          this.signals.onCallerAbort(record, reason);
        });
      },
      gateOf: (queue) => this.gateOf(queue),
    });
    this.limits = limits;
  }

  /** Made when somebody first wants to touch the bytes of a file in use. */
  gateOf(queue: FileQueue): Gate {
    queue.gate ??= new Gate(queue, this.#keepers);
    return queue.gate;
  }

  readonly #keepers: GateKeepers = {
    letIn: (guest, host) => {
      if (!this.requests.guests.isStillWanted(guest)) return false;
      this.state.count(guest);
      this.departures.join(guest, host);
      return true;
    },
    mayGive: (queue) => this.leasing.mayPass(queue),
    giveTurn: (queue, guest) => {
      this.requests.guests.giveTurn(queue, guest);
    },
    left: ({ leftListeners }) => {
      if (leftListeners !== undefined) this.state.outbox.pushAll(leftListeners);
    },
    sectionLeft: (record) => {
      if (record.isClosing) this.signals.revoke(record);
      else this.turns.goOnEnding(record);
    },
    settled: (queue, isIdle) => {
      if (isIdle) this.turns.closeIfUnused(queue);
      this.state.outbox.flush();
    },
    overdue: gateTimeout,
  };

  /** Who did not want to wait, and was not told in time whether it would have to, is turned away. */
  #expire(record: RunRecord): void {
    if (record.isProbing) this.departures.turnAway(record, UNKNOWN_HOLDER, 'held-elsewhere');
    else this.departures.stopWaiting(record, waitTimeout(record));
  }

  /** The file cannot be had: each is told so, by an error of its own. */
  #refuseWaiting(queue: FileQueue, error: unknown): void {
    // One failure, however many are told of it.
    const eventId = SessionError.is(error) ? error.eventId : nextEventId();
    for (const record of [...queue.inOrder(), ...(queue.guests ?? [])]) {
      this.departures.stopWaiting(record, leaseUnavailable(record, error, eventId));
    }
  }

  #forget(record: RunRecord): void {
    record.firing?.countdown.stop();
    if (record.list !== undefined) this.requests.arrivals.leave(record);
    const { callerSignal } = record;
    if (callerSignal) this.callerSignals.unwatch(callerSignal, record);
    // The history still knows the record; it must not keep what belongs to users.
    record.callerSignal = record.signal = record.yieldSignal = undefined;
  }
}

/** What the run did, or did not, when its limit was reached. */
function limitText(record: RunRecord, why: 'stuck' | 'max-hold'): string {
  const nowMs = monotonicMs();
  if (why === 'max-hold') return `it has had its turn for ${describeMs(nowMs - record.grantedMs)}`;
  const note = record.progressNote === undefined ? '' : ` since ${record.progressNote}`;
  return `no progress for ${describeMs(nowMs - record.progressMs)}${note}`;
}

/**
 * The table of this thread, made by whoever asks first: a second coordinator, or a second copy of
 * this package, finds it. Nothing is made on import.
 *
 * @throws ConfigurationError `ERR_SESSION_CONFIG` where a copy with another protocol made it: two
 * tables in one thread would grant one file twice
 */
export function sharedOwnerTable(historySize?: number): OwnerTable {
  const existing = threadTable();
  if (existing === undefined) {
    const table = new OwnerTable(historySize);
    setThreadTable(table);
    return table;
  }
  if (existing.protocol === PROTOCOL) return existing as OwnerTable;
  throw new ConfigurationError(
    `another copy of penholder in this thread speaks protocol ${String(existing.protocol)}, ` +
      `this one ${PROTOCOL}; use one version, or two that speak the same`,
  );
}
