import type { Line } from '../journal.js';

/** When something did not run. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** When processes were stopped and killed, and when threads stood still. */
export class Interruptions {
  readonly #stops = new Map<number, Gap[]>();
  readonly #kills = new Map<number, number>();
  readonly #blocks = new Map<string, Gap[]>();

  /**
   * @param storm what was done to processes
   * @param files what processes did, to all files
   */
  constructor(storm: readonly Line[], files: readonly Line[]) {
    const stops = pairs(storm, ['stop', 'continue', 'kill'], ({ pid }) => String(pid));
    for (const [pid, gaps] of stops) this.#stops.set(Number(pid), gaps);
    this.#blocks = pairs(files, ['block', 'unblock'], threadOf);
    for (const { deed, pid, from, at } of storm) {
      if (deed === 'kill') this.#kills.set(pid, from ?? at);
    }
  }

  /** When it was killed; Infinity where it was not. */
  diedAt(pid: number): number {
    return this.#kills.get(pid) ?? Infinity;
  }

  /** Whether the process was stopped, and went on, between these moments. */
  wasStoppedWithin(pid: number, from: number, to: number): boolean {
    const stops = this.#stops.get(pid) ?? [];
    return stops.some((stop) => stop.from >= from && stop.to <= to);
  }

  /** Whether nothing kept this thread from running between these moments. */
  ranThrough({ pid, thread }: Line, from: number, to: number): boolean {
    const gaps = [
      ...(this.#stops.get(pid) ?? []),
      ...(this.#blocks.get(threadOf({ pid, thread })) ?? []),
    ];
    return this.diedAt(pid) > to && !gaps.some((gap) => gap.from <= to && gap.to >= from);
  }
}

export function threadOf({ pid, thread }: Pick<Line, 'pid' | 'thread'>): string {
  return `${pid}.${thread}`;
}

/** A gap begins before the first deed is begun, and ends when the second is. */
function pairs(
  lines: readonly Line[],
  [begin, ...ends]: readonly Line['deed'][],
  keyOf: (line: Line) => string,
): Map<string, Gap[]> {
  const gaps = new Map<string, Gap[]>();
  const open = new Map<string, number>();
  for (const line of lines) {
    const key = keyOf(line);
    const since = open.get(key);
    if (line.deed === begin && since === undefined) open.set(key, line.from ?? line.at);
    if (!ends.includes(line.deed) || since === undefined) continue;
    open.delete(key);
    gaps.set(key, [...(gaps.get(key) ?? []), { from: since, to: line.from ?? line.at }]);
  }
  for (const [key, from] of open) {
    gaps.set(key, [...(gaps.get(key) ?? []), { from, to: Infinity }]);
  }
  return gaps;
}
