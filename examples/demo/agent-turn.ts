/**
 * One turn of the real agent, as gateways run it: open the session file with the agent's own
 * session manager, prompt, and dispose. It knows nothing of Penholder.
 */
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  createAgentSession,
  createReadToolDefinition,
  DefaultResourceLoader,
  SessionManager,
  type AgentSession,
  type AgentSessionEvent,
  type CreateAgentSessionOptions,
} from '@mariozechner/pi-coding-agent';

import type { AgentFolder } from './agent-folder.js';

export interface PromptOptions {
  readonly signal?: AbortSignal;
  /** Each piece of the answer; what it throws ends the turn. */
  readonly onAnswer?: () => void;
}

/** Sends one message and gives back the answer of the agent, once all of it is on disk. */
export type Prompt = (message: string, options?: PromptOptions) => Promise<string>;

/** Tools that look something up take a while; this is the agent's own on a slow disk. */
const TOOL_MS = 40;

function slowReadTool(cwd: string): NonNullable<CreateAgentSessionOptions['customTools']>[number] {
  const operations = {
    access: (path: string) => access(path, constants.R_OK),
    readFile: async (path: string) => {
      await sleep(TOOL_MS);
      return readFile(path);
    },
  };
  // The type of the list forgets the parameters of its tools.
  return createReadToolDefinition(cwd, { operations }) as never;
}

async function openSession(folder: AgentFolder, sessionFile: string): Promise<AgentSession> {
  const { agentDir, workDir: cwd } = folder;
  const resourceLoader = new DefaultResourceLoader({
    cwd,
    agentDir,
    systemPrompt: 'You are scripted.',
    noExtensions: true,
    noSkills: true,
    noPromptTemplates: true,
    noThemes: true,
    noContextFiles: true,
  });
  await resourceLoader.reload();
  const { session } = await createAgentSession({
    cwd,
    agentDir,
    resourceLoader,
    tools: ['read'],
    customTools: [slowReadTool(cwd)],
    sessionManager: SessionManager.open(sessionFile, undefined, cwd),
  });
  return session;
}

/** The text of the last answer; throws where it was cut short. */
function lastAnswer(session: AgentSession): string {
  const last = session.messages.findLast((message) => message.role === 'assistant');
  if (last?.role !== 'assistant' || last.stopReason !== 'stop') {
    throw new Error(last?.errorMessage ?? 'the agent gave no answer');
  }
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Thrown into the agent itself, an error of the lane would cost it its record of the message. */
function attempt(task: (() => void) | undefined, failure: AbortController): void {
  try {
    task?.();
  } catch (error) {
    failure.abort(error);
  }
}

/**
 * Sends the message and waits for its end. The session announces that end after it has appended
 * everything, which may be later than `prompt()` resolves: only then may the file be read, or
 * left to somebody else.
 */
async function promptUntilWritten(
  session: AgentSession,
  message: string,
  onEvent: (event: AgentSessionEvent) => void,
): Promise<void> {
  let unsubscribe = (): void => {};
  const written = new Promise<void>((resolve) => {
    unsubscribe = session.subscribe((event) => {
      onEvent(event);
      if (event.type === 'agent_end') resolve();
    });
  });
  try {
    await session.prompt(message);
    await written;
  } finally {
    unsubscribe();
  }
}

async function promptOnce(
  session: AgentSession,
  message: string,
  { signal, onAnswer }: PromptOptions,
): Promise<string> {
  const failure = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const stop = (): void => void session.abort();
  stopped.throwIfAborted();
  stopped.addEventListener('abort', stop);
  try {
    await promptUntilWritten(session, message, (event) => {
      // Aborted before there was anything to abort.
      if (event.type === 'agent_start' && stopped.aborted) stop();
      if (event.type === 'message_update') attempt(onAnswer, failure);
    });
  } finally {
    stopped.removeEventListener('abort', stop);
  }
  stopped.throwIfAborted();
  return lastAnswer(session);
}

/** The agent on a session file; always closed again, also after a failure. */
export async function withAgent<T>(
  folder: AgentFolder,
  sessionFile: string,
  task: (prompt: Prompt) => Promise<T>,
): Promise<T> {
  const session = await openSession(folder, sessionFile);
  try {
    return await task((message, options = {}) => promptOnce(session, message, options));
  } finally {
    session.dispose();
  }
}
