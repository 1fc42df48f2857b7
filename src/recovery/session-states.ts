import type { SessionFileLike } from '../types.js';

/**
 * What a host says of one of its sessions: at least one name. Names and depth that are left out
 * stay as they are; a key and an id that were reported together, once, are one session from then
 * on, until the id is reported with another key.
 */
export interface SessionReport {
  readonly sessionFile?: SessionFileLike | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
  /**
   * `processing`: it is at work, and is stuck where this stays so for `warnAfterMs` without a run;
   * `waiting`: for something else than its turn, never judged; `idle`: forgotten after 30 min,
   * unless messages are kept for it, which counts like `processing`.
   */
  readonly state: 'processing' | 'waiting' | 'idle';
  /** Messages that the host keeps for the session; 0 at first. */
  readonly queueDepth?: number | undefined;
}

/** What is known of one session by reports. */
export interface SessionEntry {
  sessionKey: string | undefined;
  sessionId: string | undefined;
  sessionFile: SessionFileLike | undefined;
  /** The file as it was spelt, made absolute: what a session without labels is known by. */
  path: string | undefined;
  state: SessionReport['state'];
  queueDepth: number;
  /** Counts what was reported, and what recovery has changed. */
  generation: number;
  reportedMs: number;
}

const KEPT_MS = 30 * 60_000;
const MOST = 2_000;

/**
 * Sessions by what their host says of them, also those that have no run. What is learned late about
 * a session (its key, its file) joins what was known before.
 *
 * Invariants: a key, an id, and a file without labels lead to one entry each; an entry is dropped
 * when nothing was heard for long of an idle session, and the oldest ones where there are too many.
 */
export class SessionStates {
  readonly #entries = new Set<SessionEntry>();
  readonly #byKey = new Map<string, SessionEntry>();
  readonly #byId = new Map<string, SessionEntry>();
  readonly #byPath = new Map<string, SessionEntry>();

  get size(): number {
    return this.#entries.size;
  }

  [Symbol.iterator](): IterableIterator<SessionEntry> {
    return this.#entries.values();
  }

  /** @param path of the file that the report names, made absolute */
  note(report: SessionReport, path: string | undefined, nowMs: number): SessionEntry {
    const entry = this.#join(report, path);
    this.#forget(entry);
    entry.sessionKey = report.sessionKey ?? entry.sessionKey;
    entry.sessionId = report.sessionId ?? entry.sessionId;
    entry.sessionFile = report.sessionFile ?? entry.sessionFile;
    entry.path = path ?? entry.path;
    entry.state = report.state;
    entry.queueDepth = report.queueDepth ?? entry.queueDepth;
    entry.generation += 1;
    entry.reportedMs = nowMs;
    this.#remember(entry);
    if (this.size > MOST) this.prune(nowMs);
    return entry;
  }

  /** What recovery found out, where nothing was reported since. */
  settle(entry: SessionEntry, queueDepth: number): void {
    entry.state = 'idle';
    entry.queueDepth = queueDepth;
    entry.generation += 1;
  }

  prune(nowMs: number): void {
    for (const entry of this.#entries) {
      const isIdle = entry.state === 'idle' && entry.queueDepth === 0;
      if (isIdle && nowMs - entry.reportedMs > KEPT_MS) this.#drop(entry);
    }
    // Each report puts its session last: the first ones were heard of longest ago.
    for (const entry of this.#entries) {
      if (this.size <= MOST) return;
      this.#drop(entry);
    }
  }

  clear(): void {
    for (const entry of this.#entries) this.#drop(entry);
  }

  /** One entry for all that the report names: several are one session from now on. */
  #join({ sessionKey, sessionId }: SessionReport, path: string | undefined): SessionEntry {
    const byKey = sessionKey === undefined ? undefined : this.#byKey.get(sessionKey);
    const byId = sessionId === undefined ? undefined : this.#byId.get(sessionId);
    const byPath = path === undefined ? undefined : this.#byPath.get(path);
    // An id that another key bore has moved: the session of that key is another one.
    const isSame = byId?.sessionKey === undefined || byId.sessionKey === sessionKey;
    const others = [sessionKey === undefined || isSame ? byId : undefined, byPath];
    let entry = byKey;
    for (const other of others) {
      if (other === undefined || other === entry) continue;
      if (entry === undefined) entry = other;
      else this.#merge(entry, other);
    }
    if (byId && byId !== entry) byId.sessionId = undefined;
    return entry ?? createEntry();
  }

  #merge(entry: SessionEntry, other: SessionEntry): void {
    this.#drop(other);
    const isNewer = other.reportedMs > entry.reportedMs;
    const newer = isNewer ? other : entry;
    const older = isNewer ? entry : other;
    entry.sessionFile = newer.sessionFile ?? older.sessionFile;
    entry.path = newer.path ?? older.path;
    entry.queueDepth += other.queueDepth;
  }

  #remember(entry: SessionEntry): void {
    const { sessionKey, sessionId, path } = entry;
    this.#entries.add(entry);
    if (sessionKey !== undefined) this.#byKey.set(sessionKey, entry);
    if (sessionId !== undefined) this.#byId.set(sessionId, entry);
    const isBare = sessionKey === undefined && sessionId === undefined;
    if (isBare && path !== undefined) this.#byPath.set(path, entry);
  }

  /** Whoever still looks at the entry can tell that it is of the past. */
  #drop(entry: SessionEntry): void {
    this.#forget(entry);
    entry.generation += 1;
  }

  #forget(entry: SessionEntry): void {
    this.#entries.delete(entry);
    for (const index of [this.#byKey, this.#byId, this.#byPath]) {
      for (const name of [entry.sessionKey, entry.sessionId, entry.path]) {
        if (name !== undefined && index.get(name) === entry) index.delete(name);
      }
    }
  }
}

function createEntry(): SessionEntry {
  return {
    sessionKey: undefined,
    sessionId: undefined,
    sessionFile: undefined,
    path: undefined,
    state: 'idle',
    queueDepth: 0,
    generation: 0,
    reportedMs: 0,
  };
}
