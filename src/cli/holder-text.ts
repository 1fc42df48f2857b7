import type { HolderInfo } from '../types.js';
import { ago, atTime, quoted, shown } from './wording.js';

/** `person run r-17 of session key "main"`. */
export function runText({ kind, runId, sessionKey, sessionId }: HolderInfo): string {
  const key = sessionKey === undefined ? '' : ` of session key ${quoted(sessionKey)}`;
  const id = sessionId === undefined ? '' : `, session id ${quoted(sessionId)}`;
  return `${shown(kind)} run ${shown(runId)}${key}${id}`;
}

/** `4711 on gw-1, worker thread 2`. */
export function processText({ pid, host, threadId }: HolderInfo): string {
  const thread = threadId ? `, worker thread ${shown(threadId)}` : '';
  return `${pid} on ${shown(host)}${thread}`;
}

/** `person, pid 4711`, as short as can be. */
export function briefText({ kind, pid, host }: HolderInfo, ownHost: string): string {
  return `${shown(kind)}, pid ${pid}${host === ownHost ? '' : ` on ${shown(host)}`}`;
}

/** In one sentence. */
export function holderSentence(holder: HolderInfo, nowMs: number): string {
  return `${runText(holder)}, in process ${processText(holder)}, since ${atTime(holder.acquiredAtMs)} (${ago(nowMs, holder.acquiredAtMs)})`;
}
