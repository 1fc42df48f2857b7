/** The process stood still while the run was silent. Made when that happens, gone with progress. */
export interface Excuse {
  /** Silence since the last progress that is not the run's. */
  excusedMs: number;
  /** How much of it was given stall by stall, which has a limit. */
  forgivenMs: number;
  /** Its silence has started anew once, behind a long stall. */
  hasStartedAnew: boolean;
}
