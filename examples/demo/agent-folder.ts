/** Everything the demo writes lies under one temporary folder, the agent's own settings included. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NOTES_FILE } from './script.js';

/** What the agent itself needs to know of it. */
export interface AgentPlaces {
  /** Settings of the agent. */
  readonly agentDir: string;
  /** Where the agent works, and where its tools look for files. */
  readonly workDir: string;
}

export interface AgentFolder extends AgentPlaces {
  readonly root: string;
  /** A new empty folder for one session file and its aliases. */
  newSessionFolder(): string;
  remove(): void;
}

const PROVIDER = 'scripted';
const MODEL = 'scripted-1';

function modelsJson(baseUrl: string): object {
  const model = { id: MODEL, reasoning: false, contextWindow: 1_000_000, maxTokens: 1_000 };
  const api = 'openai-completions';
  return { providers: { [PROVIDER]: { baseUrl, api, apiKey: 'no-key-needed', models: [model] } } };
}

const SETTINGS = {
  defaultProvider: PROVIDER,
  defaultModel: MODEL,
  defaultThinkingLevel: 'off',
  retry: { enabled: false, provider: { maxRetries: 0 } },
  compaction: { enabled: false, keepRecentTokens: 10 },
  enableInstallTelemetry: false,
};

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** The name has a space and letters beyond ASCII: transcripts lie in such folders, too. */
export function makeAgentFolder(): AgentFolder {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'penholder démo ✎ '));
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const agentDir = folder('agent');
  const workDir = folder('work');
  writeFileSync(join(workDir, NOTES_FILE), 'All is well.\n'.repeat(40));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  let sessions = 0;
  const newSessionFolder = (): string => folder(join(`session ${(sessions += 1)}`, 'état'));
  return { root, agentDir, workDir, newSessionFolder, remove };
}

/** Points the agent at the scripted model, and away from the network and the home folder. */
export function configureAgent(folder: AgentFolder, baseUrl: string): void {
  writeJson(join(folder.agentDir, 'models.json'), modelsJson(baseUrl));
  writeJson(join(folder.agentDir, 'settings.json'), SETTINGS);
  process.env['PI_OFFLINE'] = '1';
  process.env['PI_CODING_AGENT_DIR'] = folder.agentDir;
  process.env['PI_CODING_AGENT_SESSION_DIR'] = folder.agentDir;
}
