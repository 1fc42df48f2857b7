import type { HolderInfo } from '../../types.js';
import { isUnwritable } from './failures.js';
import type { Ledger } from './ledger.js';
import type { LockFileSettings } from './options.js';
import { encodeRecord } from './record.js';
import type { Sight } from './sight.js';
import type { Turnstile } from './turnstile.js';

/** By which others see that somebody of this thread waits. */
export class WaitMark {
  readonly #ledger: Ledger;
  readonly #settings: LockFileSettings;
  readonly #turnstile: Turnstile;
  #name: string | undefined;

  constructor(ledger: Ledger, settings: LockFileSettings, turnstile: Turnstile) {
    this.#ledger = ledger;
    this.#settings = settings;
    this.#turnstile = turnstile;
  }

  /** Unless it is there: it may have been removed together with its folder. */
  leave({ waiting, isForeign }: Sight, holder: HolderInfo): void {
    // A program that keeps its lock here must not find it changed.
    if (isForeign) return;
    if (this.#name !== undefined && waiting.includes(this.#name)) return;
    this.takeAway();
    try {
      this.#name = this.#ledger.mark(encodeRecord(holder));
      this.#turnstile.own.add(this.#name);
    } catch (error) {
      // Whoever has the file is waited for all the same, also without the courtesy of a mark.
      if (this.#settings.onUnwritable === 'refuse' || !isUnwritable(error)) throw error;
    }
  }

  takeAway(): void {
    if (this.#name === undefined) return;
    this.#ledger.unmark(this.#name);
    this.#turnstile.own.delete(this.#name);
    this.#name = undefined;
  }
}
