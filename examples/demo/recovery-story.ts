/** Tells what happens around a recovery, line by line, as it happens. */
import type { Monitor, OwnershipEvent } from 'penholder';

export interface Narrator {
  chapter(title: string): void;
  tell(who: string, what: string): void;
}

export function tellEvents({ tell }: Narrator, event: OwnershipEvent): void {
  const { sessionKey = event.runId, runId } = event;
  if (event.type === 'granted') tell(sessionKey, `has the turn, as run ${runId}`);
  if (event.type === 'queued') tell(sessionKey, `waits for the turn, as run ${runId}`);
  if (event.type === 'yield-asked') tell(sessionKey, 'is asked to give way');
  if (event.type === 'signalled') {
    tell(sessionKey, `is told to stop within ${event.settleMs} ms (${event.why})`);
  }
  if (event.type === 'ended') tell(sessionKey, `run ${runId} has ended: ${event.end}`);
}

/**
 * The heartbeat asks at every look, and mostly the same comes of it: that is told once.
 *
 * @returns forgets what was told
 */
export function tellMonitor({ tell }: Narrator, monitor: Monitor): () => void {
  const told = new Set<string>();
  const tellOnce = (who: string, what: string): void => {
    if (!told.has(what)) tell(who, what);
    told.add(what);
  };
  monitor.on('stuck', ({ sessionKey = '', reason = '' }) => {
    tellOnce('heartbeat', `finds ${sessionKey} stuck (${reason})`);
  });
  monitor.on('recovery-completed', ({ outcome }) => {
    const { status, reason, activeRunId = '', activeSessionKey = '' } = outcome;
    tellOnce('recovery', `${status}, ${reason}: run ${activeRunId} of ${activeSessionKey}`);
  });
  return () => told.clear();
}
