/** What the process ends with; documented in `--help`. */
export const EXIT = {
  fine: 0,
  /** Of `doctor`: something that is wrong remains. */
  remains: 1,
  usage: 2,
  /** Something, or all of it, could not be looked at. */
  couldNotLook: 3,
} as const;

/** The words on the command line make no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for cannot be looked at. */
export class CouldNotLook extends Error {
  override readonly name = 'CouldNotLook';
}
