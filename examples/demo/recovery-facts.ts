/** What the recoveries came to: as one line of JSON, and what of it is not as it must be. */
import { SessionError, type MonitorEventOf } from 'penholder';

export type Recovered = MonitorEventOf<'recovery-completed'>;

/** Outcomes of recovery, events of runs, the error of a write, and the file: nothing else. */
export interface RecoveryFacts {
  readonly first: Recovered;
  readonly second: Recovered;
  /** Runs of the session that recovery was asked for, at the first and at the second time. */
  readonly ownRuns: readonly number[];
  /** How each run came to its end, by run id. */
  readonly ends: ReadonlyMap<string, string>;
  /** The ids of runs that were asked to give way, or told to stop. */
  readonly disturbed: ReadonlySet<string>;
  readonly nextReply: string;
  readonly lateWrite: unknown;
  /** By how much the file has grown since the tool came back. */
  readonly lateBytes: number;
  /** Of the two turns that went well, how many the agent finds again; and forks of the transcript. */
  readonly reached: number;
  readonly forks: number;
}

interface FlatOutcome {
  /** The session that the heartbeat asked for, and how many runs are listed under its own key. */
  readonly askedFor: string | undefined;
  readonly ownRuns: number | undefined;
  readonly status: string;
  readonly reason: string;
  readonly activeRunId: string | undefined;
  readonly activeSessionKey: string | undefined;
  /** Whether the path that was asked for is spelt like the path of that run. */
  readonly sameSpelling: boolean;
  readonly aborted: boolean;
  readonly settled: boolean;
  readonly revoked: boolean;
}

/** What the line of JSON says under `recovery`. */
export interface RecoveryLine {
  readonly first: FlatOutcome;
  /** How the run that `first` names came to its end. */
  readonly firstEnd: string | undefined;
  /** Whether that run was asked to give way, or told to stop. */
  readonly firstDisturbed: boolean;
  readonly second: FlatOutcome;
  readonly secondEnd: string | undefined;
  readonly nextGranted: boolean;
  readonly nextReply: string;
  /** The code of the error that the late write met. */
  readonly lateWrite: string;
  readonly lateBytes: number;
  readonly reached: number;
  readonly forks: number;
}

function flatten({ sessionKey, outcome, request }: Recovered, ownRuns?: number): FlatOutcome {
  const { status, reason, activeRunId, activeSessionKey, sessionFile, observed } = outcome;
  const { aborted, settled, revoked } = observed;
  return {
    askedFor: sessionKey,
    ownRuns,
    status,
    reason,
    activeRunId,
    activeSessionKey,
    sameSpelling: request.sessionFile === sessionFile,
    aborted,
    settled,
    revoked,
  };
}

export function lineOf(facts: RecoveryFacts): RecoveryLine {
  const { first, second, ownRuns, ends, disturbed, lateWrite, ...others } = facts;
  const endOf = ({ outcome }: Recovered): string | undefined => ends.get(outcome.activeRunId ?? '');
  return {
    first: flatten(first, ownRuns[0]),
    firstEnd: endOf(first),
    firstDisturbed: disturbed.has(first.outcome.activeRunId ?? ''),
    second: flatten(second, ownRuns[1]),
    secondEnd: endOf(second),
    nextGranted: second.outcome.observed.nextGranted,
    lateWrite: SessionError.is(lateWrite) ? lateWrite.code : String(lateWrite),
    ...others,
  };
}

/** Each fact has exactly one right value. */
export const WANTED: RecoveryLine = {
  first: {
    askedFor: 'chat:alice:phone',
    ownRuns: 0,
    status: 'skipped',
    reason: 'active_run',
    activeRunId: 'alice-1',
    activeSessionKey: 'chat:alice',
    sameSpelling: false,
    aborted: false,
    settled: false,
    revoked: false,
  },
  firstEnd: 'completed',
  firstDisturbed: false,
  second: {
    askedFor: 'chat:alice:phone',
    ownRuns: 0,
    status: 'revoked',
    reason: 'stuck',
    activeRunId: 'nightly-1',
    activeSessionKey: 'cron:nightly',
    sameSpelling: false,
    aborted: true,
    settled: false,
    revoked: true,
  },
  secondEnd: 'revoked',
  nextGranted: true,
  nextReply: '(chat:bob 1) All is well.',
  lateWrite: 'ERR_SESSION_RUN_REVOKED',
  lateBytes: 0,
  reached: 2,
  forks: 0,
};

/** `first.status: skipped` and so on. */
function entriesOf(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null
      ? entriesOf(part, `${prefix}${name}.`)
      : [[`${prefix}${name}`, part]],
  );
}

export function problemsWith(line: RecoveryLine): string[] {
  const seen = new Map(entriesOf(line));
  return entriesOf(WANTED)
    .filter(([name, wanted]) => seen.get(name) !== wanted)
    .map(
      ([name, wanted]) => `recovery: ${name} is ${String(seen.get(name))}, not ${String(wanted)}`,
    );
}
