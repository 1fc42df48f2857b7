import { SteadyMap } from '../../support/steady-map.js';
import type { RunRecord } from '../run/run-record.js';

/** Runs alive by one of their labels. Many runs may bear one label. */
export class LabelIndex {
  readonly #runs = new SteadyMap<string, Set<RunRecord>>();

  get size(): number {
    return this.#runs.size;
  }

  add(label: string | undefined, record: RunRecord): void {
    if (label === undefined) return;
    const runs = this.#runs.get(label);
    if (runs) runs.add(record);
    else this.#runs.set(label, new Set([record]));
  }

  remove(label: string | undefined, record: RunRecord): void {
    if (label === undefined) return;
    const runs = this.#runs.get(label);
    if (runs?.delete(record) === true && runs.size === 0) this.#runs.delete(label);
  }

  get(label: string): Iterable<RunRecord> {
    return this.#runs.get(label) ?? [];
  }
}
