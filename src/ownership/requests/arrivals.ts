import { MemberList } from '../file/member-list.js';
import type { Resolution, RunRecord } from '../run/run-record.js';

/**
 * Requests whose path is being resolved. Resolution takes as long as the file system takes, so
 * requests with the same spelling are held in the order of their calls and decided in it.
 */
export class Arrivals {
  readonly #lines = new Map<string, MemberList<RunRecord>>();
  readonly #decide: (record: RunRecord, resolution: Resolution) => void;

  readonly #onEmptied: () => void;

  /**
   * @param decide is called once for each request that was resolved and has not left
   * @param onEmptied is called when no request of a spelling is on its way any more
   */
  constructor(decide: (record: RunRecord, resolution: Resolution) => void, onEmptied: () => void) {
    this.#decide = decide;
    this.#onEmptied = onEmptied;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** Whether a request with this spelling is on its way. */
  has(path: string): boolean {
    return this.#lines.has(path);
  }

  enter(record: RunRecord): void {
    const line = this.#lines.get(record.path) ?? new MemberList<RunRecord>();
    this.#lines.set(record.path, line);
    line.push(record);
  }

  resolved(record: RunRecord, resolution: Resolution): void {
    const line = this.#lines.get(record.path);
    if (line === undefined || record.list !== line) return;
    record.resolution = resolution;
    this.#advance(record.path, line);
  }

  /** The request gave up; whoever stands behind it need not wait for it. */
  leave(record: RunRecord): void {
    const line = this.#lines.get(record.path);
    if (line === undefined || record.list !== line) return;
    line.remove(record);
    this.#advance(record.path, line);
  }

  *[Symbol.iterator](): Generator<RunRecord, void> {
    for (const line of this.#lines.values()) yield* line;
  }

  #advance(path: string, line: MemberList<RunRecord>): void {
    for (let first = line.first; first?.resolution; first = line.first) {
      const { resolution } = first;
      first.resolution = undefined;
      line.remove(first);
      this.#decide(first, resolution);
    }
    if (line.size > 0 || this.#lines.get(path) !== line) return;
    this.#lines.delete(path);
    this.#onEmptied();
  }
}
