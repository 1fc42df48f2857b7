/**
 * What the turn of a run has to do with the bytes of its file, as far as ownership is concerned.
 * `transcript/` makes it and knows the rest.
 */
export interface TurnWork {
  /** Sections of the run that are open. */
  sections: number;
  /** Queued writes that have not settled. */
  queued: number;
  /** Told once when nothing of it is under way any more. */
  listeners: (() => void)[] | undefined;
  /** Where the last of its own writes ended; undefined where it wrote nothing. */
  readonly endBytes: number | undefined;
  /** The turn is over: parked, ended or revoked. What is known about the file is known no more. */
  turnOver(): void;
}

/** Whether the turn must not end yet. */
export function isPending(work: TurnWork | undefined): boolean {
  return work !== undefined && (work.sections > 0 || work.queued > 0);
}
