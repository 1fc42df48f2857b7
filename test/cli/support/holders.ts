import { type StartedChild, startChild } from '../../support/child.js';

/** How many turns it had, and what went wrong. */
export interface ChurnEnd {
  readonly turns: number;
  readonly failed?: string;
}

const HOLDER = new URL('../fixtures/holder.ts', import.meta.url);

/** Another process that has these session files. */
export async function startHolder(...files: string[]): Promise<StartedChild> {
  const child = startChild(HOLDER, { args: ['hold', ...files], timeoutMs: 30_000 });
  await told(child, 'held');
  return child;
}

/** Another process that waits for a session file. */
export async function startWaiter(file: string): Promise<StartedChild> {
  const child = startChild(HOLDER, { args: ['hold', file], timeoutMs: 30_000 });
  await told(child, 'waiting');
  return child;
}

/** Another process that takes the files one after another, again and again. */
export async function startChurn(...files: string[]): Promise<StartedChild> {
  const child = startChild(HOLDER, { args: ['churn', ...files], timeoutMs: 30_000 });
  await told(child, 'held');
  return child;
}

export async function endChurn(child: StartedChild): Promise<ChurnEnd> {
  const end = heard(child, (said): said is ChurnEnd => typeof said === 'object' && said !== null);
  child.process.send('end');
  return await end;
}

/** The process is gone once this resolves, and could do nothing about it. */
async function kill(child: StartedChild): Promise<void> {
  child.process.kill('SIGKILL');
  await child.finished;
}

/** A process that had these session files, and was killed. Its id. */
export async function dieHolding(...files: string[]): Promise<number> {
  const child = await startHolder(...files);
  await kill(child);
  return child.process.pid as number;
}

/** Gives the files back, and ends. */
export async function release(child: StartedChild): Promise<void> {
  child.process.send('release');
  await child.finished;
}

/** @throws what it said before it ended, where it ended first */
async function told(child: StartedChild, message: string): Promise<void> {
  const ended = child.finished.then(({ stderr }) => {
    throw new Error(`It ended before it said ${message}: ${stderr}`);
  });
  await Promise.race([ended, heard(child, (said): said is string => said === message)]);
}

function heard<T>({ process }: StartedChild, isIt: (said: unknown) => said is T): Promise<T> {
  return new Promise((resolve) => {
    const listen = (said: unknown): void => {
      if (!isIt(said)) return;
      process.removeListener('message', listen);
      resolve(said);
    };
    process.on('message', listen);
  });
}
