import type { Holder, RunView } from '../../../src/index.js';

export const FILE = '/srv/state/s.jsonl';
export const CAUSE = new Error('what was behind it');

/** What is seen of a run that has the file. */
export const VIEW: RunView = {
  runId: 'holder-1',
  generation: 1,
  sessionFile: FILE,
  kind: 'cron',
  phase: 'active',
  requestedAtMs: 0,
  waiting: 2,
};

export const HOLDER: Holder = {
  ...VIEW,
  limits: { stuckAfterMs: 900_000, settleMs: 15_000 },
  pid: 4711,
  host: 'host-a',
};

/** What every error can be given. */
export const FACTS = { sessionFile: FILE, cause: CAUSE, eventId: 'event-1', holder: HOLDER };
