export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  return {
    ...{ count: sorted.length, median: at(0.5), p90: at(0.9), p99: at(0.99) },
    max: sorted.at(-1) ?? NaN,
  };
}
