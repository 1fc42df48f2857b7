import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { findQueue } from '../runs/find-queue.js';
import { wallMsOf } from '../support/clock.js';
import { classifyReport, classifyRun, type Finding, type Thresholds } from './classify.js';
import type { SessionState } from './monitor-events.js';
import type { RecoveryRequest } from './outcome.js';
import type { SessionEntry, SessionStates } from './session-states.js';

/** One session: what its host said of it, its own run, or both. */
export interface Subject {
  readonly entry: SessionEntry | undefined;
  readonly run: RunRecord | undefined;
  /**
   * The run that has ended since the session was looked at: its names still say which one it is.
   */
  readonly former?: RunRecord;
  /** What stays the same from look to look. */
  readonly identity: object;
}

/** Every session that was reported, and every owner, each once. */
export function* subjectsOf(table: OwnerTable, states: SessionStates): Generator<Subject, void> {
  const told = new Set<RunRecord>();
  for (const entry of states) {
    const run = ownRun(table, entry);
    // Labels that were reported apart turn out to be those of one session.
    if (run && told.has(run)) continue;
    if (run) told.add(run);
    yield { entry, run, identity: run ?? entry };
  }
  for (const { owner } of table.state.queues.values()) {
    if (owner && !told.has(owner)) yield { entry: undefined, run: owner, identity: owner };
  }
}

/** The run that bears the labels of the session; without labels the one that has its file. */
function ownRun(table: OwnerTable, entry: SessionEntry): RunRecord | undefined {
  const { sessionKey, sessionId, sessionFile } = entry;
  const { sessionKeys, sessionIds } = table.state;
  if (sessionKey === undefined && sessionId === undefined) {
    return sessionFile === undefined ? undefined : ownerOf(table, sessionFile);
  }
  const byKey = sessionKey === undefined ? [] : [...sessionKeys.get(sessionKey)];
  const labelled = byKey.length > 0 || sessionId === undefined ? byKey : sessionIds.get(sessionId);
  let best: RunRecord | undefined;
  for (const record of labelled) {
    if (best === undefined || (record.isOwner && !best.isOwner)) best = record;
  }
  return best;
}

function ownerOf(table: OwnerTable, file: NonNullable<SessionEntry['sessionFile']>) {
  try {
    return findQueue(table, file)?.owner;
  } catch {
    // A path that names no session file any more has no owner either.
    return undefined;
  }
}

/** The same session as it is now, where its run has ended meanwhile. */
export function withoutEnded(table: OwnerTable, subject: Subject): Subject {
  const { entry, run: former } = subject;
  if (former?.phase !== 'ended') return subject;
  const run = entry && ownRun(table, entry);
  return { ...subject, run, former };
}

export function judge({ entry, run }: Subject, nowMs: number, thresholds: Thresholds): Finding {
  if (run) return classifyRun(run, nowMs, thresholds);
  return entry ? classifyReport(entry, nowMs, thresholds) : { health: 'healthy', sinceMs: nowMs };
}

export function describe(subject: Subject, finding: Finding, nowMs: number): SessionState {
  const { entry, run, former } = subject;
  const { health, reason, sinceMs, silentMs } = finding;
  const named = run ?? former;
  const sessionKey = named?.sessionKey ?? entry?.sessionKey;
  const sessionId = named?.sessionId ?? entry?.sessionId;
  const sessionFile = named?.path ?? entry?.path;
  const ofRun = run && (run.isOwner ? 'processing' : 'waiting');
  return {
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(sessionFile === undefined ? {} : { sessionFile }),
    state: ofRun ?? entry?.state ?? 'idle',
    queueDepth: Math.max(entry?.queueDepth ?? 0, run?.waiting ?? 0),
    health,
    ...(reason === undefined ? {} : { reason }),
    ageMs: Math.round(nowMs - sinceMs),
    ...(silentMs === undefined ? {} : { silentMs: Math.round(silentMs) }),
    ...(entry === undefined ? {} : { reportedAtMs: wallMsOf(entry.reportedMs) }),
    ...(run === undefined ? {} : { run: run.view() }),
  };
}

/** What is asked of recovery: for a run exactly that run, for a report whoever has the file. */
export function requestFor({ entry, run }: Subject, silentMs: number): RecoveryRequest {
  if (run) {
    const { runId, generation, path: sessionFile, sessionKey, sessionId } = run;
    return { runId, generation, sessionFile, sessionKey, sessionId, silentMs };
  }
  const { sessionFile, sessionKey, sessionId } = entry ?? {};
  return { sessionFile, sessionKey, sessionId, silentMs };
}
