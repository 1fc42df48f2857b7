import { type ChildResult, runChild } from '../../support/child.js';
import { runCli } from '../../../src/cli/run.js';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line tool, in this process. */
export async function cli(...args: string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    version: () => '1.2.3',
  });
  return { code, out, err };
}

/** What it says as JSON. */
export async function cliJson<T>(...args: string[]): Promise<T & { code: number }> {
  const { code, out } = await cli(...args, '--json');
  return { ...(JSON.parse(out) as T), code };
}

/** The command line tool, as a process. */
export function penholder(...args: string[]): Promise<ChildResult> {
  return runChild(new URL('../../../src/cli.ts', import.meta.url), { args });
}
