import { Model } from './model.js';
import type { Limits, ModelAnswer, ModelRun } from './model-run.js';
import { ABORTED, CLOSED } from './model-turns.js';

/** Interrupt, recovery, close, and what time brings about. */
export class ModelStops extends Model {
  readonly #closing: { readonly limits: Limits; readonly fireAtMs: number }[] = [];
  #recovering: ModelRun[] = [];

  /** By run id, or else whoever has the file. */
  interrupt(target: ModelRun | number, settleMs: number | undefined): ModelAnswer {
    const found = typeof target === 'number' ? this.#onFile(target) : [target];
    const [run] = found;
    if (run === undefined || !run.isAlive) return told('not-running');
    if (found.length > 1) return told('ambiguous');
    if (run.phase === 'waiting' || run.phase === 'resolving') {
      this.giveUp(run, 'cancelled', ABORTED);
      return told('cancelled');
    }
    this.fire(run, 'user', settleMs);
    return { outcome: () => over(run) };
  }

  recover(target: ModelRun | number, silentMs: number | undefined, isForced: boolean): ModelAnswer {
    const found = typeof target === 'number' ? this.#onFile(target) : [target];
    const [run] = found;
    if (run === undefined || !run.isAlive) {
      const [successor] = typeof target === 'number' ? [] : this.#onFile(target.spec.file);
      return told(successor ? 'skipped stale_state' : 'noop no_active_work');
    }
    if (found.length > 1) return told('skipped ambiguous_session_ref');
    if (!run.isOwner) return told('skipped waiting_run');
    const isStuck = this.nowMs - run.progressMs >= (silentMs ?? run.spec.limits.stuckAfterMs);
    if (!isStuck && !isForced) return told('skipped active_run');
    if (this.#recovering.some((other) => other.isAlive && other.spec.file === run.spec.file)) {
      return told('skipped already_in_flight');
    }
    this.#recovering = [...this.#recovering.filter(({ isAlive }) => isAlive), run];
    this.fire(run, 'recovery');
    const reason = isStuck ? 'stuck' : 'requested';
    return { outcome: () => (over(run) === undefined ? undefined : `${over(run)} ${reason}`) };
  }

  #onFile(file: number): ModelRun[] {
    const owner = this.owner(file);
    if (owner) return [owner];
    return this.all.filter((run) => run.phase === 'parked' && run.spec.file === file);
  }

  close(limits: Limits, waitMs: number): ModelAnswer {
    limits.isClosed = true;
    const own = this.all.filter((run) => run.isAlive && run.spec.limits === limits);
    for (const run of own) {
      if (run.phase === 'waiting' || run.phase === 'resolving')
        this.giveUp(run, 'cancelled', CLOSED);
    }
    this.#closing.push({ limits, fireAtMs: this.nowMs + waitMs });
    const granted = own.filter(({ generation }) => generation > 0);
    const cut = granted.length;
    return {
      outcome: () => (granted.some(({ isAlive }) => isAlive) ? undefined : `${cut} ended`),
    };
  }

  progress(run: ModelRun): void {
    if (run.isOwner && run.isStarted) run.progressMs = this.nowMs;
  }

  #due(): { atMs: number; file: number; what: string; act: () => void }[] {
    const due = this.all
      .filter(({ isAlive }) => isAlive)
      .flatMap((run) => {
        const { file, limits } = run.spec;
        const isWaiting = run.phase === 'waiting' || run.phase === 'resolving';
        const limitAtMs = run.isOwner && !run.why ? run.progressMs + limits.stuckAfterMs : Infinity;
        const unclaimedAtMs = run.isTaken ? Infinity : run.unclaimedAtMs;
        const closing = this.#closing.find((one) => one.limits === limits);
        const isCut = closing !== undefined && !run.why && !isWaiting;
        return [
          {
            ...{ atMs: run.back?.dueMs ?? (isWaiting ? run.dueMs : Infinity), file },
            ...{ what: 'deadline', act: () => this.timeOut(run) },
          },
          { atMs: limitAtMs, file, what: 'limit', act: () => this.fire(run, 'stuck') },
          {
            ...{ atMs: unclaimedAtMs, file, what: 'claim' },
            act: () => this.finish(run, 'unclaimed'),
          },
          {
            ...{ atMs: isCut ? closing.fireAtMs : Infinity, file, what: 'close' },
            act: () => this.fire(run, 'shutdown'),
          },
          { atMs: run.revokeAtMs, file, what: 'revoke', act: () => this.finish(run, 'revoked') },
        ];
      });
    return due.filter(({ atMs }) => atMs < Infinity);
  }

  /** False where two things fall on one instant of one file: which comes first is not promised. */
  advance(ms: number): boolean {
    const targetMs = this.nowMs + ms;
    for (;;) {
      const nextMs = Math.min(...this.#due().map(({ atMs }) => atMs));
      if (nextMs > targetMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      const now = this.#due().filter(({ atMs }) => atMs <= this.nowMs);
      for (const one of now) {
        if (now.some((other) => other.file === one.file && other.what !== one.what)) return false;
      }
      for (const { act } of now) act();
      this.settle();
    }
    this.nowMs = targetMs;
    return true;
  }
}

function told(outcome: string): ModelAnswer {
  return { outcome: () => outcome };
}

function over({ isAlive, end }: ModelRun): string | undefined {
  if (isAlive) return undefined;
  return end === 'revoked' ? 'revoked' : 'ended';
}
