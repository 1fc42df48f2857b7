/**
 * The proof of the original fix. Recovery is asked for a session that looks stuck, and a run under
 * another session key has its file, by another spelling: first one that is well, then one that hangs.
 */
import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

import { createCoordinator, type Monitor, type OwnershipEvent } from 'penholder';

import type { AgentFolder } from './agent-folder.js';
import { EARLIER, oneLane } from './lanes.js';
import type { Recovered, RecoveryFacts } from './recovery-facts.js';
import {
  ANSWERED,
  recoverFromHung,
  recoverFromWell,
  type RecoveryStage,
  type Status,
  WAIT_MS,
} from './recovery-runs.js';
import { tellEvents, tellMonitor, type Narrator } from './recovery-story.js';
import { play } from './stage.js';
import { measureTranscript } from './transcript-facts.js';
import { withoutPenholder } from './variants.js';

/** As hosts set them, with milliseconds for seconds. */
export const HEARTBEAT = { intervalMs: 100, warnAfterMs: 200, abortAfterMs: 400 } as const;
export const SETTLE_MS = 300;

/** The session that is reported. It has no run of its own. */
const SIBLING = 'chat:alice:phone';

/** Two turns of the agent are in it; the second path leads through a link to its folder. */
async function makeFile(folder: AgentFolder): Promise<{ file: string; spelling: string }> {
  const place = folder.newSessionFolder();
  const [file, linked] = [join(place, 'session.jsonl'), `${place} linked`];
  symlinkSync(place, linked, 'junction');
  const { failures } = await play(oneLane(file, 2, EARLIER), file, folder, withoutPenholder());
  if (failures.length > 0) throw new Error(`The agent does not work: ${failures.join('; ')}`);
  return { file, spelling: join(linked, basename(file)) };
}

function nextRecovery(monitor: Monitor, status: Status): Promise<Recovered> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`no recovery was ${status} in ${WAIT_MS} ms`));
    const timer = setTimeout(giveUp, WAIT_MS);
    const listening = monitor.on('recovery-completed', (event) => {
      if (event.outcome.status !== status) return;
      listening[Symbol.dispose]();
      clearTimeout(timer);
      resolve(event);
    });
  });
}

export async function playRecovery(
  folder: AgentFolder,
  narrator: Narrator,
): Promise<RecoveryFacts> {
  const { file, spelling } = await makeFile(folder);
  const ends = new Map<string, string>();
  const disturbed = new Set<string>();
  const onEvent = (event: OwnershipEvent): void => {
    tellEvents(narrator, event);
    const { type, runId } = event;
    if (type === 'ended') ends.set(runId, event.end);
    if (type === 'yield-asked' || type === 'signalled') disturbed.add(runId);
  };
  const sessions = createCoordinator({ settleMs: SETTLE_MS, onEvent });
  const monitor = sessions.monitor(HEARTBEAT);
  const forget = tellMonitor(narrator, monitor);
  const ownRuns: number[] = [];
  const report: RecoveryStage['report'] = (status) => {
    monitor.report({ sessionKey: SIBLING, sessionFile: spelling, state: 'processing' });
    forget();
    narrator.tell(SIBLING, 'says "processing" by another path, falls silent');
    ownRuns.push(sessions.runs.bySessionKey(SIBLING).length);
    return nextRecovery(monitor, status);
  };
  const stage = { folder, sessions, file, narrator, report };
  const first = await recoverFromWell(stage);
  const late = await recoverFromHung(stage);
  await sessions.close();
  const { reached, forks } = measureTranscript(file, ANSWERED, []);
  return { first, ends, disturbed, ownRuns, ...late, reached, forks };
}
