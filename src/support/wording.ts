import type { Holder } from '../types.js';

/** `950 ms`, `15 s`, `2 min 30 s`, `1 h 5 min`: for error texts, exact enough to act on. */
export function describeMs(ms: number): string {
  if (!Number.isFinite(ms)) return 'any time';
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0
    ? `${minutes / 60} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** One clause that names the holder the way the person who is paged at night needs it; or nothing. */
export function holderClause(holder: Holder | undefined): string {
  return holder === undefined ? '' : `; held by ${describeHolder(holder)}`;
}

export function describeHolder(holder: Holder, nowMs: number = Date.now()): string {
  const label = holder.sessionKey === undefined ? '' : ` of ${JSON.stringify(holder.sessionKey)}`;
  const note = holder.progressNote === undefined ? '' : ` (${holder.progressNote})`;
  const silent =
    holder.progressAtMs === undefined
      ? ''
      : `, last progress ${describeMs(nowMs - holder.progressAtMs)} ago${note}`;
  const sinceMs = holder.grantedAtMs ?? holder.requestedAtMs;
  return (
    `${holder.kind} run ${holder.runId}${label}, ${holder.phase} for ${describeMs(nowMs - sinceMs)}` +
    `${silent}, ${holder.waiting} waiting, ${describeLimits(holder)}, pid ${holder.pid} on ${holder.host}`
  );
}

function describeLimits({ limits }: Holder): string {
  const stuck =
    limits.stuckAfterMs === false
      ? 'never for silence'
      : `after ${describeMs(limits.stuckAfterMs)} of silence`;
  const hold =
    limits.maxHoldMs === undefined ? '' : `, after ${describeMs(limits.maxHoldMs)} in any case`;
  return `told to stop ${stuck}${hold}, then ${describeMs(limits.settleMs)} to settle`;
}
