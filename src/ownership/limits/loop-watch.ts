import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import { stalledMs } from './patience.js';

/** A stall that is longer than this, and a second, is always seen. */
const PULSE_MS = 5_000;

/**
 * Notices that the process stood still: its event loop was blocked, or the machine slept. Looks
 * every few seconds while somebody is watched, and at once where somebody is about to be judged.
 */
export class LoopWatch {
  readonly #onStall: (lostMs: number) => void;
  #pulse: Countdown<undefined> | undefined;
  #driftMs = 0;
  #stalledAtMs = -Infinity;
  /** When a tick of the event loop was begun whose end starts the pulse. */
  #tickMs: number | undefined;

  /** @param onStall told how long nothing could run, as far as the monotonic clock saw it */
  constructor(onStall: (lostMs: number) => void) {
    this.#onStall = onStall;
  }

  /** Somebody is to be watched from the end of this tick on; until then it costs no timer. */
  expectTick(nowMs: number): void {
    if (this.#pulse === undefined) this.#tickMs = nowMs;
  }

  start(): void {
    if (this.#pulse !== undefined) return;
    this.#look();
    this.#tickMs = undefined;
    this.#driftMs = wallDriftMs();
    this.#beat();
  }

  /** The tick is over, and nobody is to be watched. */
  endTick(): void {
    this.#tickMs = undefined;
  }

  stop(): void {
    if (this.#pulse === undefined) return;
    this.#look();
    this.#pulse.stop();
    this.#pulse = undefined;
  }

  /** When the last stall was noticed; what judges by time looks here first. */
  lastStallMs(): number {
    this.#look();
    return this.#stalledAtMs;
  }

  /** A tick that lasted for seconds. */
  #lookAtTick(): void {
    const nowMs = monotonicMs();
    const lateMs = this.#tickMs === undefined ? 0 : stalledMs(this.#tickMs, nowMs);
    if (lateMs === 0) return;
    this.#tickMs = nowMs;
    this.#stalledAtMs = nowMs;
    this.#onStall(lateMs);
  }

  /** A pulse that is overdue tells of a stall before its timer had a chance to. */
  #look(): void {
    if (this.#pulse === undefined) {
      this.#lookAtTick();
      return;
    }
    const nowMs = monotonicMs();
    const lateMs = stalledMs(this.#pulse.dueAtMs, nowMs);
    // Where the monotonic clock stops with the machine only the wall clock tells of a sleep.
    const driftMs = wallDriftMs();
    const hasSlept = driftMs - this.#driftMs > PULSE_MS;
    this.#driftMs = driftMs;
    if (lateMs === 0 && !hasSlept) return;
    this.#stalledAtMs = nowMs;
    this.#pulse.stop();
    this.#beat();
    if (lateMs > 0) this.#onStall(lateMs + PULSE_MS);
  }

  #beat(): void {
    this.#pulse = new Countdown(monotonicMs() + PULSE_MS, undefined, this.#onPulse, false);
  }

  readonly #onPulse = (): void => {
    const pulse = this.#pulse;
    this.#look();
    if (this.#pulse === pulse) this.#beat();
  };
}

function wallDriftMs(): number {
  return Date.now() - monotonicMs();
}
