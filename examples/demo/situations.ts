/** The twelve situations in which lanes meet on one transcript. */
import { afterTheCompaction, oneCompacts } from './compacting-lane.js';
import { afterTheBypass, oneGoesPast } from './foreign-lane.js';
import { afterTheGuest, oneMirrors } from './guest-lane.js';
import { afterTheInterrupt, oneInterrupts } from './interrupting-lane.js';
import { fourLanes, fourSpellings } from './lanes.js';
import type { Remark } from './remarks.js';
import type { Lane, Outcome } from './stage.js';
import { afterTheSteering, oneSteers } from './steering-lane.js';
import { afterTheAbort, afterTheThrow, oneAborts, oneThrows } from './troubled-lanes.js';
import { afterTheYield, heartbeatHolds } from './yielding-lane.js';

export interface Situation {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly before: 'no file' | 'empty file' | 'two turns';
  readonly lanes: (file: string) => Lane[];
  /** How many turns have to go well. */
  readonly turns: number;
  /** What it shows besides the figures that all situations have. */
  readonly remarks?: (guarded: Outcome, without: Outcome) => Remark[];
  /** How many runs a takeover has to end. @defaultValue 0 */
  readonly takeovers?: number;
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'warm',
    title: 'the file exists and has turns in it',
    before: 'two turns',
    lanes: fourLanes,
    turns: 12,
  },
  {
    name: 'missing',
    title: 'the file does not exist yet',
    before: 'no file',
    lanes: fourLanes,
    turns: 12,
  },
  {
    name: 'empty',
    title: 'the file exists and is empty',
    before: 'empty file',
    lanes: fourLanes,
    turns: 12,
  },
  {
    name: 'aliases',
    title: 'four lanes, four spellings of the path',
    before: 'two turns',
    lanes: fourSpellings,
    turns: 12,
  },
  {
    name: 'throw',
    title: 'a lane throws in the middle of its turn',
    before: 'two turns',
    lanes: oneThrows,
    turns: 11,
    remarks: afterTheThrow,
  },
  {
    name: 'abort',
    title: 'a lane is aborted while it waits',
    before: 'two turns',
    lanes: oneAborts,
    turns: 9,
    remarks: afterTheAbort,
  },
  {
    name: 'yield',
    title: 'a heartbeat holds the turn when a person comes',
    before: 'two turns',
    lanes: heartbeatHolds,
    turns: 13,
    remarks: afterTheYield,
  },
  {
    name: 'guest',
    title: 'a delivery mirror writes while lanes are answered',
    before: 'two turns',
    lanes: oneMirrors,
    turns: 9,
    remarks: afterTheGuest,
  },
  {
    name: 'foreign',
    title: 'a program that knows nothing of Penholder writes to the file',
    before: 'two turns',
    lanes: oneGoesPast,
    turns: 7,
    takeovers: 1,
    remarks: afterTheBypass,
  },
  {
    name: 'compact',
    title: 'a compaction rewrites the file in the middle of a turn',
    before: 'two turns',
    lanes: oneCompacts,
    turns: 11,
    remarks: afterTheCompaction,
  },
  {
    name: 'steer',
    title: "a person's message comes while another one is answered",
    before: 'two turns',
    lanes: oneSteers,
    turns: 8,
    remarks: afterTheSteering,
  },
  {
    name: 'interrupt',
    title: "a person's second message interrupts the first",
    before: 'two turns',
    lanes: oneInterrupts,
    turns: 7,
    remarks: afterTheInterrupt,
  },
];
