/** Wall times, for people: worked out at the first look and kept, so that looks agree. */
export interface WallTimes {
  readonly requestedAtMs: number;
  grantedAtMs: number | undefined;
  progressAtMs: number | undefined;
}
