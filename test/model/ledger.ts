import type { OwnershipEvent } from '../../src/observe/events.js';

/** Keeps the books by the events alone: who owns what, whether anything was left out. */
export class Ledger {
  readonly owners = new Map<number, string>();
  readonly counts = new Map<string, number>();
  readonly faults: string[] = [];
  #sequence = 0;

  note(event: OwnershipEvent, file: number): void {
    const { type, runId, sequence } = event;
    if (sequence !== (this.#sequence += 1)) this.faults.push(`event ${sequence} out of order`);
    this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    const owner = this.owners.get(file);
    if (type === 'granted' || type === 'resumed') {
      if (owner !== undefined) this.faults.push(`${runId} was granted while ${owner} owned`);
      this.owners.set(file, runId);
    }
    if ((type === 'ended' || type === 'parked') && owner === runId) this.owners.delete(file);
  }
}
