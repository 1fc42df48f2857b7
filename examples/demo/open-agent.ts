/** The real agent on a session file, away from the network and from the settings of this machine. */
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  createAgentSession,
  createReadToolDefinition,
  DefaultResourceLoader,
  type AgentSession,
  type CreateAgentSessionOptions,
} from '@mariozechner/pi-coding-agent';

import type { AgentPlaces } from './agent-folder.js';
import { openSessionManager, type Pen } from './session-manager.js';

/** Tools that look something up take a while; this is the agent's own on a slow disk. */
const TOOL_MS = 40;

export type Tool = NonNullable<CreateAgentSessionOptions['customTools']>[number];

function slowReadTool(cwd: string): Tool {
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

export async function openAgent(
  { agentDir, workDir: cwd }: AgentPlaces,
  sessionFile: string,
  pen: Pen | undefined,
  tools: readonly Tool[] = [],
): Promise<AgentSession> {
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
    tools: ['read', ...tools.map(({ name }) => name)],
    customTools: [slowReadTool(cwd), ...tools],
    sessionManager: openSessionManager(sessionFile, cwd, pen),
  });
  return session;
}
