/** When a lane waited and when it held, read from the events of the coordinator. */
import type { OwnershipEvent } from 'penholder';

/** A piece of the life of a lane. */
export interface Stretch {
  readonly label: string;
  readonly state: 'waiting' | 'holding';
  readonly fromMs: number;
  readonly toMs: number;
}

const STOPS_WAITING = new Set([
  'granted',
  'joined',
  'steered',
  'busy',
  'aborted',
  'timed-out',
  'cancelled',
  'refused',
]);

type Event = Pick<OwnershipEvent, 'type' | 'runId' | 'sessionKey' | 'atMs'>;

/** From its request a run waits; from its grant it holds, until its end. */
export function stretchesOf(events: readonly Event[], labels: Map<string, string>): Stretch[] {
  const stretches: Stretch[] = [];
  const since = new Map<string, number>();
  for (const { type, runId, sessionKey = '', atMs } of events) {
    const fromMs = since.get(runId) ?? atMs;
    const piece = { label: labels.get(sessionKey) ?? sessionKey, fromMs, toMs: atMs };
    if (type === 'requested' || type === 'granted') since.set(runId, atMs);
    if (STOPS_WAITING.has(type)) stretches.push({ ...piece, state: 'waiting' });
    if (type === 'ended') stretches.push({ ...piece, state: 'holding' });
  }
  return stretches.toSorted((one, other) => one.fromMs - other.fromMs);
}
