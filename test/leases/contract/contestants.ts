import type { LeaseProvider } from '../../../src/leases/provider.js';
import type { SessionFile } from '../../../src/types.js';

/**
 * What a kind of provider brings to its contract: contestants for files, and the blows of fate that
 * no provider can be asked for. Each clause gets one of its own, and one `dispose` ends it.
 *
 * A provider on a server fits as it is: `open` makes another client, `presumeDead` ends the session
 * of the holder there, `uproot` removes its entry, and `settle` sleeps for a beat.
 */
export interface Contestants {
  /** One more contestant. It stands for another process or thread than those before. */
  open(): Promise<LeaseProvider>;
  /** A file that nobody has asked for yet. */
  file(): SessionFile;
  /**
   * From now on all others take whoever has this file for dead, as when its process was killed, or
   * stood still for too long. The holder itself knows nothing of it and goes on.
   */
  presumeDead(file: SessionFile): Promise<void>;
  /** Takes away all that is kept for this file, from under those who hold it or wait for it. */
  uproot(file: SessionFile): Promise<void>;
  /**
   * Resolves when all has come that comes by itself: each waiting contestant has looked again, each
   * holder has given a sign of life, and has seen whether it still is the holder. Nobody may be
   * taken for dead meanwhile, however often it is called in one clause.
   */
  settle(): Promise<void>;
  /** Timers that are scheduled, where the clock is not the real one. */
  scheduled?(): number;
  /** Ends all contestants, and removes what they left. Also after a clause that failed half way. */
  dispose(): Promise<void>;
}

export type MakeContestants = () => Promise<Contestants>;

/** One sentence of the contract. */
export interface Clause {
  /** What tests and reports call it. */
  readonly name: string;
  /** What holds, with the ids of the guarantees that it proves. */
  readonly title: string;
  /** Rejects where it does not hold. Needs nothing but its contestants. */
  readonly check: (contestants: Contestants) => Promise<void>;
}
