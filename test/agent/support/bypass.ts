/** A program that opens the session by itself, while the agent is answered in its second turn. */
import { join } from 'node:path';
import { SessionManager } from '@mariozechner/pi-coding-agent';
import { type Line, lineFor } from '../../../examples/demo/script.js';
import { assistantMessage } from '../../../examples/demo/session-manager.js';
import { type Coordinator, createCoordinator } from '../../../src/index.js';
import type { Converse } from './agent-lanes.js';
import { startAgent, useAgentFolder } from './converse.js';

export interface Bypassed {
  readonly sessions: Coordinator;
  readonly sessionFile: string;
  readonly converse: Converse;
  /** What was being answered, and what the other program wrote. */
  readonly line: Line;
  readonly elsewhere: Line;
  /** What the caller of `run()` was told, and what `rescue` got. */
  readonly error: unknown;
  readonly rescued: readonly unknown[];
}

/** A whole turn at once, the first time that it is called. */
function writesOnce(sessionFile: string, { question, answer }: Line): () => void {
  let hasWritten = false;
  return () => {
    if (hasWritten) return;
    hasWritten = true;
    const manager = SessionManager.open(sessionFile);
    manager.appendMessage({ role: 'user', content: question, timestamp: Date.now() });
    manager.appendMessage(assistantMessage(answer, 'elsewhere'));
  };
}

export async function bypass(): Promise<Bypassed> {
  const folder = useAgentFolder();
  const converse = await startAgent(folder);
  const sessionFile = join(folder.newSessionFolder(), 'session.jsonl');
  const sessions = createCoordinator({ isolated: true });
  await sessions.run({ sessionFile }, (run) => converse(run, lineFor('first', false)));
  const [line, elsewhere] = [lineFor('second', false), lineFor('elsewhere', false)];
  const rescued: unknown[] = [];
  const rescue = (reply: unknown): void => void rescued.push(reply);
  const onAnswer = writesOnce(sessionFile, elsewhere);
  const error: unknown = await sessions
    .run({ sessionFile, rescue }, (run) => converse(run, line, onAnswer))
    .catch((reason: unknown) => reason);
  return { sessions, sessionFile, converse, line, elsewhere, error, rescued };
}
