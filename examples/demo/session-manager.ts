/** The agent's own session manager, with everything that it writes inside sections of the gate. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { SessionManager, type SessionEntry } from '@mariozechner/pi-coding-agent';
import type { Transcript } from 'penholder';

type MessageEntry = Extract<SessionEntry, { type: 'message' }>;
type AssistantMessage = Extract<MessageEntry['message'], { role: 'assistant' }>;

/** Where it writes through. */
export type Pen = Pick<Transcript, 'writeSync' | 'takeGuestWrites'>;

/** The last entry of the file; null where there is none. */
function lastEntryId(path: string): string | null {
  const last = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const { id, type } = JSON.parse(last) as { id: string; type: string };
  return type === 'session' ? null : id;
}

/**
 * Without a pen the agent writes as it always does. Its manager has the file in memory: where a
 * guest wrote meanwhile, the next entry goes behind the guest's, and the file is read again.
 */
export function openSessionManager(path: string, cwd: string, pen?: Pen): SessionManager {
  const open = (): SessionManager => SessionManager.open(path, undefined, cwd);
  if (!pen) return open();
  // Opening may write, too: a header into an empty file.
  const manager = pen.writeSync(open);
  const persist = manager._persist.bind(manager);
  manager._persist = (entry) => {
    pen.writeSync(() => {
      const hasGuests = pen.takeGuestWrites().length > 0;
      if (hasGuests) entry.parentId = lastEntryId(path);
      persist(entry);
      if (hasGuests) manager.setSessionFile(path);
    });
  };
  return manager;
}

/** A message of the agent that no model call of its own brought. */
export function assistantMessage(text: string, model: string): AssistantMessage {
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };
  return {
    role: 'assistant',
    content: [{ type: 'text', text }],
    api: 'openai-completions',
    provider: 'scripted',
    model,
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0, cost },
    stopReason: 'stop',
    timestamp: Date.now(),
  };
}

/**
 * The same as an entry behind the last one of the file. The file must have begun: this agent takes
 * one without its header for broken.
 */
export function entryBehindLast(path: string, text: string, model: string): MessageEntry {
  const timestamp = new Date().toISOString();
  const message = assistantMessage(text, model);
  return { type: 'message', id: randomUUID(), parentId: lastEntryId(path), timestamp, message };
}
