import type { RunRecord } from './run-record.js';
import type { Section } from '../file/section.js';

/** In whose context code runs: a run, or a section of the gate, which may be one of a run. */
export interface Scope {
  readonly run: RunRecord | undefined;
  readonly section: Section | undefined;
}

export const NOWHERE: Scope = { run: undefined, section: undefined };
