import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Children write plain text, whatever the terminal of the tests can do; NO_COLOR alone is warned of. */
const PLAIN: NodeJS.ProcessEnv = { NO_COLOR: '1', FORCE_COLOR: undefined };

export interface ChildOptions {
  /** The script and all that it imports; it starts sooner. @defaultValue false */
  readonly isJavaScript?: boolean;
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

export interface ChildResult {
  /** `null` where a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedChild {
  /** Talk to it with `send` and `on('message')`. */
  readonly process: ChildProcess;
  readonly finished: Promise<ChildResult>;
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** Starts a script, JavaScript or TypeScript, on the node that runs the test; killed with the test. */
export function startChild(script: string | URL, options: ChildOptions = {}): StartedChild {
  const child = fork(script, options.args ?? [], {
    execPath: process.execPath,
    execArgv: [...(options.isJavaScript ? [] : ['--import', TSX]), ...(options.execArgv ?? [])],
    env: { ...process.env, ...PLAIN, ...options.env },
    timeout: options.timeoutMs ?? 15_000,
    killSignal: 'SIGKILL',
    silent: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const finished = once(child, 'close').then(([code, signal]): ChildResult => {
    return { code, signal, stdout: stdout(), stderr: stderr() };
  });
  return { process: child, finished };
}

export async function runChild(script: string | URL, options?: ChildOptions): Promise<ChildResult> {
  return await startChild(script, options).finished;
}
