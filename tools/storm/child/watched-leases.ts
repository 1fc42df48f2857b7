import type {
  Lease,
  LeaseProvider,
  LeaseRequest,
} from '../../../src/leases/lock-file/lock-file-leases.js';
import type { HolderInfo, SessionFile } from '../../../src/types.js';
import { Journal, nowNs } from '../journal.js';
import { journalOf } from '../place.js';

/**
 * A provider that writes down what the one behind it does, and each look of a holder at its lease:
 * the same for those who use it directly and for the coordinator.
 */
export class WatchedLeases implements LeaseProvider {
  readonly name: string;
  readonly maxHandOvers: number | undefined;
  readonly #inner: LeaseProvider;
  readonly #root: string;
  readonly #journals = new Map<string, Journal>();
  #wants = 0;

  constructor(inner: LeaseProvider, root: string) {
    this.name = inner.name;
    this.maxHandOvers = inner.maxHandOvers;
    this.#inner = inner;
    this.#root = root;
  }

  journal(realPath: string): Journal {
    let journal = this.#journals.get(realPath);
    if (journal === undefined) {
      journal = new Journal(journalOf(this.#root, realPath));
      this.#journals.set(realPath, journal);
    }
    return journal;
  }

  async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const journal = this.journal(file.realPath);
    const id = String((this.#wants += 1));
    let token: string | undefined;
    journal.write('want', { id });
    try {
      const lease = await this.#inner.acquire(file, {
        ...request,
        onLost: (cause) => {
          journal.write('lost', { token, id });
          request.onLost(cause);
        },
      });
      token = String(lease.fencingToken);
      journal.write('grant', { token, id, said: lease.died?.runId });
      return watched(lease, token, journal);
    } catch (error) {
      journal.write('gave-up', { id, said: codeOf(error) });
      throw error;
    }
  }

  inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    return this.#inner.inspect(file);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function watched(lease: Lease, token: string, journal: Journal): Lease {
  return {
    fencingToken: lease.fencingToken,
    died: lease.died,
    isHeld: () => {
      const from = nowNs();
      const held = lease.isHeld();
      journal.write('check', { token, from, held });
      return held;
    },
    isWanted: () => lease.isWanted?.() ?? true,
    update: (holder) => lease.update(holder),
    release: () => {
      journal.write('give', { token });
      return lease.release();
    },
  };
}

/** What went wrong, in one word. */
export function codeOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  return code ?? `${name}: ${message}`;
}
