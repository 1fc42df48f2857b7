import type { OwnershipEvent, RunEnd } from '../../../../src/index.js';

const FATES = [
  ...['granted', 'joined', 'steered', 'busy', 'timed-out', 'aborted', 'cancelled', 'refused'],
] as readonly string[];

/** Keeps the books by the events alone: one fate for each message, one end for each turn. */
export class Fates {
  readonly faults: string[] = [];
  /** By run id: what became of each message. */
  readonly of = new Map<string, string>();
  /** Everything that was told of each message. */
  readonly trails = new Map<string, string[]>();
  readonly ends = new Map<string, RunEnd>();
  /** The runs in the order in which they were granted for the first time. */
  readonly granted: string[] = [];
  readonly owners = new Map<string, string>();
  #sequence = 0;

  /** @param file by what the file is told apart, where it has several names */
  note(event: OwnershipEvent, file: string = event.sessionFile): void {
    const { type, runId, sequence } = event;
    if (sequence !== (this.#sequence += 1)) this.faults.push(`event ${sequence} out of order`);
    this.trails.set(runId, [...(this.trails.get(runId) ?? []), type]);
    if (FATES.includes(type)) {
      const other = this.of.get(runId);
      if (other !== undefined) this.faults.push(`${runId} was ${other}, and then ${type}`);
      this.of.set(runId, type);
    }
    const owner = this.owners.get(file);
    if (type === 'granted' || type === 'resumed') {
      if (owner !== undefined) this.faults.push(`${runId} was granted while ${owner} owned`);
      if (type === 'granted') this.granted.push(runId);
      this.owners.set(file, runId);
    }
    if (event.type === 'ended') {
      if (this.ends.has(runId)) this.faults.push(`${runId} ended twice`);
      if (this.of.get(runId) !== 'granted') this.faults.push(`${runId} ended, never granted`);
      this.ends.set(runId, event.end);
    }
    if ((type === 'ended' || type === 'parked') && owner === runId) this.owners.delete(file);
  }
}
