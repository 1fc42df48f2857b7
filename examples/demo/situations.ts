/** The situations in which lanes meet on one transcript. */
import { afterTheCompaction, oneCompacts } from './compacting-lane.js';
import { afterTheBypass, oneGoesPast } from './foreign-lane.js';
import { afterTheGuest, oneMirrors } from './guest-lane.js';
import { afterTheInterrupt, oneInterrupts } from './interrupting-lane.js';
import { fourLanes, fourSpellings } from './lanes.js';
import { killed } from './gateways/killed.js';
import { paused } from './gateways/paused.js';
import { sideBySide } from './gateways/side-by-side.js';
import type { GatewayLane } from './gateways/hall.js';
import type { Remark } from './remarks.js';
import type { Lane, Outcome } from './stage.js';
import { afterTheSteering, oneSteers } from './steering-lane.js';
import { afterTheAbort, afterTheThrow, oneAborts, oneThrows } from './troubled-lanes.js';
import { afterTheYield, heartbeatHolds } from './yielding-lane.js';

interface Common {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly before: 'no file' | 'empty file' | 'two turns';
  /** How many turns have to go well. */
  readonly turns: number;
  /** What it shows besides the figures that all situations have. */
  readonly remarks?: (guarded: Outcome, without: Outcome, unleased?: Outcome) => Remark[];
}

/** All lanes are in this process. */
export interface LaneSituation extends Common {
  readonly lanes: (file: string) => Lane[];
  /** How many runs a takeover has to end. @defaultValue 0 */
  readonly takeovers?: number;
}

/** Two gateways answer the lanes, each of them a process of its own. */
export interface GatewaySituation extends Common {
  readonly gateways: readonly GatewayLane[];
  /** After so long a silence a gateway loses its lease. @defaultValue 30 s */
  readonly expireMs?: number;
  /** How many lanes may have the file open at once: one that is paused has it. @defaultValue 1 */
  readonly mostInside?: number;
  /** Whether it is also played with Penholder, but without leases. */
  readonly unleased?: boolean;
  /** What it comes to, for the last line. */
  readonly line: (guarded: Outcome) => object;
  /** What it measures: each time counts. */
  readonly times?: (guarded: Outcome) => Readonly<Record<string, number>>;
}

export type Situation = LaneSituation | GatewaySituation;

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
  sideBySide,
  killed,
  // Windows has no signals that pause a process.
  ...(process.platform === 'win32' ? [] : [paused]),
];
