import type { Holder, HolderInfo, HoldingRun } from '../types.js';

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

/** What may be done about a holder of another process, which cannot be stopped from here. */
export function elsewhereClause(holder: Holder | undefined): string {
  if (holder === undefined || 'phase' in holder) return '';
  return '; "penholder who" with this file tells whether that process lives, one that is gone is followed by itself';
}

export function describeHolder(holder: Holder, nowMs: number = Date.now()): string {
  return 'phase' in holder ? describeRun(holder, nowMs) : describeElsewhere(holder, nowMs);
}

/** A run of another process or thread, which may have had several turns under one lease. */
export function describeElsewhere(holder: HolderInfo, nowMs: number = Date.now()): string {
  const { kind, runId, sessionKey, threadId, pid, host, fencingToken } = holder;
  if (pid === 0) return 'another process, whose lock says nothing that can be understood';
  const label = sessionKey === undefined ? '' : ` of ${JSON.stringify(sessionKey)}`;
  const thread = threadId === 0 ? '' : ` thread ${threadId}`;
  const token = fencingToken === undefined ? '' : `, token ${fencingToken}`;
  return (
    `${kind} run ${runId}${label} in pid ${pid}${thread} on ${host}, ` +
    `for ${age(nowMs, holder.acquiredAtMs)}, process started ${age(nowMs, holder.processStartedAtMs)} ago${token}`
  );
}

function describeRun(holder: HoldingRun, nowMs: number): string {
  const label = holder.sessionKey === undefined ? '' : ` of ${JSON.stringify(holder.sessionKey)}`;
  const note = holder.progressNote === undefined ? '' : ` (${oneLine(holder.progressNote)})`;
  const silent =
    holder.progressAtMs === undefined
      ? ''
      : `, last progress ${age(nowMs, holder.progressAtMs)} ago${note}`;
  const since = age(nowMs, holder.grantedAtMs ?? holder.requestedAtMs);
  return (
    `${holder.kind} run ${holder.runId}${label}, ${holder.phase} for ${since}${silent}, ` +
    `${holder.waiting} waiting, ${describeEnd(holder, nowMs)}, pid ${holder.pid} on ${holder.host}`
  );
}

/** The wall clock may have been set back since. */
function age(nowMs: number, sinceMs: number): string {
  return describeMs(Math.max(0, nowMs - sinceMs));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** When it will lose the file: it was told to stop already, or will be. */
function describeEnd(holder: HoldingRun, nowMs: number): string {
  const { stopping } = holder;
  if (stopping === undefined) return describeLimits(holder);
  const { why, atMs, dueAtMs } = stopping;
  const left =
    dueAtMs === undefined ? 'may take any time' : `loses its turn in ${age(dueAtMs, nowMs)}`;
  return `told to stop ${age(nowMs, atMs)} ago (${why}), ${left}`;
}

function describeLimits({ limits }: HoldingRun): string {
  const { maintenanceLeftMs: leftMs } = limits;
  if (leftMs === false) return 'its maintenance may take any time';
  if (leftMs !== undefined) return `its maintenance may take ${describeMs(leftMs)} more`;
  const reasons = [
    ...(limits.stuckAfterMs === false
      ? []
      : [`after ${describeMs(limits.stuckAfterMs)} of silence`]),
    ...(limits.maxHoldMs === undefined
      ? []
      : [`after ${describeMs(limits.maxHoldMs)} in any case`]),
  ];
  if (reasons.length === 0) return 'never told to stop';
  return `told to stop ${reasons.join(', ')}, then ${describeMs(limits.settleMs)} to settle`;
}
