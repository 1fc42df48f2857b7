/** Two ways to say a line: to the whole agent, and to its session manager alone. */
import { onTestFinished } from 'vitest';
import {
  type AgentFolder,
  configureAgent,
  makeAgentFolder,
} from '../../../examples/demo/agent-folder.js';
import { withAgent } from '../../../examples/demo/agent-turn.js';
import { startScriptedModel } from '../../../examples/demo/scripted-model.js';
import { assistantMessage, openSessionManager } from '../../../examples/demo/session-manager.js';
import type { Converse } from './agent-lanes.js';

/** Gone with the test. */
export function useAgentFolder(): AgentFolder {
  const folder = makeAgentFolder();
  onTestFinished(() => folder.remove());
  return folder;
}

/** The agent as users have it, with a scripted model on loopback that answers at once. */
export async function startAgent(folder: AgentFolder): Promise<Converse> {
  const model = await startScriptedModel(() => 0);
  onTestFinished(() => model.close());
  configureAgent(folder, model.baseUrl);
  return (run, { question }, onAnswer) => {
    const turn = {
      transcript: run.transcript,
      prompt: <T>(task: (signal: AbortSignal) => Promise<T>) => run.prompt(task),
    };
    const options = onAnswer && { onAnswer };
    return withAgent(folder, run.sessionFile, turn, (prompt) => prompt(question, options));
  };
}

function nextLoopTurn(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}

/** What the agent does to the file, without the agent: its own manager, and an answer at once. */
export function managerAlone(folder: AgentFolder): Converse {
  return (run, { question, answer }, onAnswer) => {
    const manager = openSessionManager(run.sessionFile, folder.workDir, run.transcript);
    return run.prompt(async () => {
      manager.appendMessage({ role: 'user', content: question, timestamp: Date.now() });
      await nextLoopTurn();
      onAnswer?.();
      await nextLoopTurn();
      manager.appendMessage(assistantMessage(answer, 'scripted'));
    });
  };
}
