/** The agent in the middle of a tool call, and a message for it that it has not looked at yet. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { configureAgent } from '../../../examples/demo/agent-folder.js';
import { withAgent } from '../../../examples/demo/agent-turn.js';
import { createHungTool, type HungTool } from '../../../examples/demo/hung-tool.js';
import { createInbox } from '../../../examples/demo/inbox.js';
import { lineFor } from '../../../examples/demo/script.js';
import { startScriptedModel } from '../../../examples/demo/scripted-model.js';
import { turnOf } from '../../../examples/demo/with-penholder.js';
import { type Admission, type Coordinator, createCoordinator } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { useAgentFolder } from './converse.js';

export const FIRST = lineFor('alice 1', 'call the host');
export const SECOND = lineFor('bob 1', false);

export interface Steered {
  readonly sessions: Coordinator;
  readonly sessionFile: string;
  /** What the first message comes to. */
  readonly reply: Promise<string>;
  /** What becomes of the second one. */
  readonly admission: Promise<Admission>;
  readonly tool: HungTool;
}

export async function steer(): Promise<Steered> {
  const folder = useAgentFolder();
  const model = await startScriptedModel(() => 0);
  onTestFinished(() => model.close());
  configureAgent(folder, model.baseUrl);
  const sessionFile = join(folder.newSessionFolder(), 'session.jsonl');
  const sessions = createCoordinator({ isolated: true });
  const [tool, inbox, offered] = [createHungTool(), createInbox(), createGate()];
  const takeMessage = (message: unknown): Promise<boolean> => {
    const isTaken = inbox.offer(String(message));
    offered.open();
    return isTaken;
  };
  const reply = sessions.run({ sessionFile, steer: takeMessage }, (run) => {
    const turn = { ...turnOf(run, inbox), tools: [tool.forRun(run)] };
    return withAgent(folder, sessionFile, turn, (prompt) => prompt(FIRST.question));
  });
  await tool.called;
  const message = SECOND.question;
  const admission = sessions.admit({ sessionFile, mode: 'steer', message });
  await offered.opened;
  return { sessions, sessionFile, reply, admission, tool };
}
