/** What a scenario reports, and the arithmetic on it. */

export type Unit =
  'ns' | 'ms' | 'bytes' | 'bytes per file' | 'grants per second' | 'records per second';

/** One line of a table. Samples are per round, in the unit of the table, in order of the rounds. */
export interface Row {
  readonly name: string;
  readonly samples: readonly number[];
  readonly isOurs?: boolean;
  /** The row of the same table that this one is a multiple of. */
  readonly reference?: string | undefined;
}

export interface Table {
  readonly title: string;
  readonly unit: Unit;
  readonly rows: readonly Row[];
}

export interface Target {
  readonly text: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export interface Report {
  readonly id: string;
  readonly title: string;
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
  readonly targets: readonly Target[];
}

/** What every scenario gets. */
export interface Plan {
  /** Rounds of the quick comparisons; slow scenarios play fewer and say so. */
  readonly rounds: number;
  /** Tells on the terminal what is being done. */
  readonly tell: (what: string) => void;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>>;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? NaN)) / 2 : upper;
}

/**
 * How many times `other` is in `one`: the median of the ratios within each round, which a
 * neighbour on the machine disturbs less than the ratio of the medians.
 */
export function ratio(one: readonly number[], other: readonly number[]): number {
  const rounds = Math.min(one.length, other.length);
  const pairs = one.slice(0, rounds).map((sample, round) => sample / (other[round] ?? NaN));
  return median(pairs);
}

export function samplesOf(table: Table, name: string): readonly number[] {
  const row = table.rows.find((row) => row.name === name);
  if (row === undefined) throw new RangeError(`The table "${table.title}" has no row "${name}"`);
  return row.samples;
}

/** The ratio of two rows of one table. */
export function ratioIn(table: Table, name: string, reference: string): number {
  return ratio(samplesOf(table, name), samplesOf(table, reference));
}

function scaled(value: number, steps: readonly (readonly [number, string])[]): string {
  const size = Math.abs(value);
  const [factor, unit] = steps.find(([factor]) => size >= factor) ?? steps.at(-1) ?? [1, ''];
  const amount = value / factor;
  const digits = Math.abs(amount) >= 100 ? 0 : Math.abs(amount) >= 10 ? 1 : 2;
  return `${amount.toFixed(digits)} ${unit}`;
}

const TIMES = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
  [1, 'ns'],
] as const;
const SIZES = [
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
] as const;

export function inUnit(value: number, unit: Unit): string {
  if (unit === 'ns') return scaled(value, TIMES);
  if (unit === 'ms') return scaled(value * 1e6, TIMES);
  if (unit === 'bytes') return scaled(value, SIZES);
  if (unit === 'bytes per file') return `${value.toFixed(3)} B`;
  return `${Math.round(value).toLocaleString('en-US')}/s`;
}

export function times(value: number): string {
  return `${value.toFixed(value >= 100 ? 0 : 2)} x`;
}
