import { LeaseUnavailableError } from '../../errors/lease-errors.js';
import type { HolderInfo, SessionFile } from '../../types.js';
import type { Lease, LeaseRequest } from '../provider.js';
import type { ClaimSteps } from './claim-fs.js';
import { Doorbell } from './doorbell.js';
import { isPassing } from './failures.js';
import { claim } from './heartbeat.js';
import { noteHeld } from './held-here.js';
import type { Ledger } from './ledger.js';
import { LockLease } from './lock-lease.js';
import { clearLeftovers, diedBefore, type Look, lookAt } from './look.js';
import type { LockFileSettings } from './options.js';
import { encodeRecord } from './record.js';
import type { Turnstile } from './turnstile.js';
import { WaitMark } from './wait-mark.js';

/** How often a waiting process looks, where nothing has rung: a death rings nowhere. */
const POLL_MS = 50;

type Taken = Extract<Look, { state: 'taken' }>;

/** One request for a lock, until it has it or gives up. */
export class LockWait {
  readonly #file: SessionFile;
  readonly #ledger: Ledger;
  readonly #settings: LockFileSettings;
  readonly #turnstile: Turnstile;
  readonly #request: LeaseRequest;
  readonly #mark: WaitMark;
  #doorbell: Doorbell | undefined;
  #told: string | undefined;
  #isStopped = false;

  constructor(
    file: SessionFile,
    ledger: Ledger,
    settings: LockFileSettings,
    turnstile: Turnstile,
    request: LeaseRequest,
  ) {
    this.#file = file;
    this.#ledger = ledger;
    this.#settings = settings;
    this.#turnstile = turnstile;
    this.#request = request;
    this.#mark = new WaitMark(ledger, settings, turnstile);
  }

  /** @param leases where the lease is entered, until it is over */
  async done(leases: Set<Lease>): Promise<LockLease> {
    const { signal } = this.#request;
    signal.addEventListener('abort', this.stop, { once: true });
    try {
      for (;;) {
        if (signal.aborted) this.#isStopped = true;
        if (this.#isStopped) throw stopped();
        const lease = await this.#attempt(leases);
        if (lease === undefined) await this.#untilNext();
        else if (this.#isStopped) await lease.release();
        else return lease;
      }
    } finally {
      signal.removeEventListener('abort', this.stop);
      this.#leave();
    }
  }

  async #untilNext(): Promise<void> {
    if (this.#isStopped) return;
    this.#doorbell ??= new Doorbell(this.#ledger.folder);
    await this.#doorbell.next(POLL_MS);
  }

  /** Gives up at once, or gives back what has just come. */
  readonly stop = (): void => {
    this.#isStopped = true;
    this.#doorbell?.ring();
  };

  async #attempt(leases: Set<Lease>): Promise<LockLease | undefined> {
    try {
      const look = lookAt(this.#ledger);
      if (look.state === 'taken' && !this.#isOver(look)) return this.#held(look);
      const { last } = look.sight;
      if (this.#turnstile.mustLeave(this.#ledger, last?.number)) return this.#left(look);
      const lease = await this.#take(look, leases);
      return lease ?? this.#left(look);
    } catch (error) {
      if (this.#request.wait && isPassing(error)) return undefined;
      throw error;
    }
  }

  /** Whether whoever has it does not count any more. */
  #isOver({ number, judgement }: Taken): boolean {
    if (judgement.liveness === 'dead') return true;
    const silence = this.#turnstile.silenceOf(this.#ledger.folder);
    const silentMs = silence.look(number, this.#ledger.beatOf(number));
    return silentMs >= this.#settings.expireMs;
  }

  async #take(look: Look, leases: Set<Lease>): Promise<LockLease | undefined> {
    const { onLost } = this.#request;
    const died = diedBefore(this.#ledger, look);
    const own: { lease?: LockLease } = {};
    const steps = this.#stepsOf(look, died, own);
    const live = await claim(this.#ledger, this.#settings.heartbeatMs, steps);
    if (live === undefined) return undefined;
    const lease = new LockLease(this.#file, this.#ledger, live, died, {
      isWanted: (ledger) => this.#turnstile.isWanted(ledger),
      onLost,
      givingBack: () => {
        this.#turnstile.noteGivenBack(this.#ledger, live.number);
      },
      gone: (gone) => {
        leases.delete(gone);
      },
    });
    own.lease = lease;
    this.#turnstile.forgetSilence(this.#ledger.folder);
    leases.add(lease);
    clearLeftovers(this.#ledger, look.sight);
    return lease;
  }

  /** @param died of whom the next one is told, as long as nobody of this thread was */
  #stepsOf(
    { sight }: Look,
    died: HolderInfo | undefined,
    own: { readonly lease?: LockLease },
  ): ClaimSteps {
    const ledger = this.#ledger;
    const note = died && encodeRecord(died);
    const holder = { ...this.#request.holder, acquiredAtMs: Date.now() };
    const steps: ClaimSteps = {
      follow: () => {
        const number = ledger.follow(sight, encodeRecord(holder, died), note);
        // From its first moment, so that nobody of this thread takes it for an orphan.
        if (number !== undefined) noteHeld(ledger.folder, number, () => steps.abandon(number));
        return number;
      },
      giveBack: (number) => {
        ledger.giveBack(number, own.lease ? undefined : note);
      },
      abandon: (number) => {
        if (own.lease) own.lease.abandon();
        else ledger.giveBack(number, note);
      },
      lost: () => own.lease?.lost(),
    };
    return steps;
  }

  /** It was free a moment ago, and somebody else takes it. */
  #left({ sight }: Look): undefined {
    if (!this.#request.wait) throw held(this.#file, undefined, this.#ledger.folder);
    this.#mark.leave(sight, this.#request.holder);
    return undefined;
  }

  /** Somebody else has it. */
  #held({ holder, sight }: Taken): undefined {
    const { wait, onHeld } = this.#request;
    if (!wait) throw held(this.#file, holder, this.#ledger.folder);
    this.#mark.leave(sight, this.#request.holder);
    const told = `${holder?.fencingToken} ${holder?.runId}`;
    if (told === this.#told) return undefined;
    this.#told = told;
    onHeld?.(holder);
    return undefined;
  }

  /** Nothing of the wait stays. */
  #leave(): void {
    this.#doorbell?.close();
    this.#mark.takeAway();
  }
}

function held(
  file: SessionFile,
  holder: HolderInfo | undefined,
  lockPath: string,
): LeaseUnavailableError {
  return new LeaseUnavailableError({
    ...{ sessionFile: file.path, reason: 'held', holder, lockPath },
    detail:
      holder === undefined
        ? 'somebody has it, and its lock does not tell who'
        : 'another process or thread has it',
  });
}

function stopped(): Error {
  return new Error('nobody waits any more');
}
