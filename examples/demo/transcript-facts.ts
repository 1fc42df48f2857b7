/** What a transcript is worth: read from the file itself, and from the agent that opens it again. */
import { readFileSync } from 'node:fs';

import { SessionManager, type FileEntry, type SessionEntry } from '@mariozechner/pi-coding-agent';

import type { Line } from './script.js';

export interface TranscriptFacts {
  /** Turns whose lane was told that they went well. */
  readonly sent: number;
  /** Of these, how many stand in the file with question and answer. */
  readonly onDisk: number;
  /** Of these, how many the agent finds in its context after it has opened the file again. */
  readonly reached: number;
  /** Records of guests, and of these, how many the agent finds in that context. */
  readonly delivered: number;
  readonly deliveredReached: number;
  readonly headers: number;
  /** Entries without a parent in the file. */
  readonly roots: number;
  /** Entries that more than one other entry continues. */
  readonly forks: number;
  /** Tool calls whose result the agent cannot find where it looks for it. */
  readonly cutCalls: number;
}

type Message = Extract<SessionEntry, { type: 'message' }>['message'];

function messageOf(entry: SessionEntry): Message | undefined {
  return entry.type === 'message' ? entry.message : undefined;
}

/** The text of a question or an answer; what the script did not send has none. */
function textOf(message: Message): string {
  if (message.role !== 'user' && message.role !== 'assistant') return '';
  if (typeof message.content === 'string') return message.content;
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function countTurns(lines: readonly Line[], messages: readonly Message[]): number {
  const texts = (role: string): Set<string> =>
    new Set(messages.filter((message) => message.role === role).map(textOf));
  const questions = texts('user');
  const answers = texts('assistant');
  return lines.filter(({ question, answer }) => questions.has(question) && answers.has(answer))
    .length;
}

function callsIn(entries: readonly SessionEntry[]): { id: string; entry: SessionEntry }[] {
  return entries.flatMap((entry) => {
    const message = messageOf(entry);
    if (message?.role !== 'assistant') return [];
    return message.content.flatMap((part) =>
      part.type === 'toolCall' ? [{ id: part.id, entry }] : [],
    );
  });
}

function resultsIn(entries: readonly SessionEntry[], callId: string): SessionEntry[] {
  return entries.filter((entry) => {
    const message = messageOf(entry);
    return message?.role === 'toolResult' && message.toolCallId === callId;
  });
}

/** Whether walking up from the entry one meets the ancestor. */
function descends(
  entry: SessionEntry,
  ancestor: SessionEntry,
  byId: Map<string, SessionEntry>,
): boolean {
  for (let at: SessionEntry | undefined = entry; at; at = byId.get(at.parentId ?? '')) {
    if (at.id === ancestor.id) return true;
  }
  return false;
}

/** Cut on disk: no result below the call. Cut on the branch: the call is on it, its result is not. */
function countCutCalls(entries: readonly SessionEntry[], branch: readonly SessionEntry[]): number {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const onDisk = callsIn(entries).filter(
    ({ id, entry }) => !resultsIn(entries, id).some((result) => descends(result, entry, byId)),
  );
  const onBranch = callsIn(branch).filter(({ id }) => resultsIn(branch, id).length === 0);
  return new Set([...onDisk, ...onBranch].map(({ id }) => id)).size;
}

/** This agent passes by what is no record, and so does whoever counts what is left. */
function parse(line: string): FileEntry[] {
  try {
    return [JSON.parse(line) as FileEntry];
  } catch {
    return [];
  }
}

function readEntries(path: string): FileEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').flatMap(parse);
}

/** Measures the file at its real path, after all lanes have finished. */
export function measureTranscript(
  path: string,
  sent: readonly Line[],
  delivered: readonly string[],
): TranscriptFacts {
  const lines = readEntries(path);
  const entries = lines.filter((line) => line.type !== 'session');
  const ids = new Set(entries.map((entry) => entry.id));
  const roots = entries.filter(({ parentId }) => parentId === null || !ids.has(parentId));
  const parents = entries.map((entry) => entry.parentId).filter((id) => id !== null);
  const repeated = parents.filter((id, index) => parents.indexOf(id) !== index);
  const reopened = SessionManager.open(path);
  const context = reopened.buildSessionContext().messages;
  const texts = new Set(context.map(textOf));
  return {
    sent: sent.length,
    onDisk: countTurns(
      sent,
      entries.flatMap((entry) => messageOf(entry) ?? []),
    ),
    reached: countTurns(sent, context),
    delivered: delivered.length,
    deliveredReached: delivered.filter((text) => texts.has(text)).length,
    headers: lines.length - entries.length,
    roots: roots.length,
    forks: new Set(repeated).size,
    cutCalls: countCutCalls(entries, reopened.getBranch()),
  };
}
