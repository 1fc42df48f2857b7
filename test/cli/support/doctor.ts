import type { Finding } from '../../../src/cli/findings.js';
import { cliJson } from './run.js';

export type Told = Finding & { outcome: string; did?: string };

/** What doctor finds in a folder, and does where it is told to. */
export async function examined(...args: string[]): Promise<{ code: number; findings: Told[] }> {
  return await cliJson<{ findings: Told[] }>('doctor', ...args);
}

/** Of each finding its kind, and what became of it. */
export async function outcomes(...args: string[]): Promise<string[]> {
  const { findings } = await examined(...args);
  return findings.map(({ kind, outcome }) => `${kind} ${outcome}`);
}
