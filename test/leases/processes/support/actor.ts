import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { startChild } from '../../../support/child.js';
import { createGate, type Gate } from '../../../support/gate.js';
import type { Answers, Arguments, CommandName, Happening } from './protocol.js';

const FIXTURE = new URL('../fixtures/actor.ts', import.meta.url);
const TSX = new URL(
  'dist/esm/api/index.mjs',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
).href;

export interface ActorOptions {
  readonly expireMs?: number;
}

/** Another process or thread that wants a session file. */
class Actor {
  readonly happened: Happening[] = [];
  readonly #send: (message: object) => void;
  readonly #answers = new Map<number, Gate<Happening>>();
  readonly #awaited: { type: Happening['type']; gate: Gate<Happening> }[] = [];
  #count = 0;

  constructor(send: (message: object) => void) {
    this.#send = send;
  }

  /** @throws an error with the fields of the one that was thrown there */
  async ask<Name extends CommandName>(
    name: Name,
    ...[more]: object extends Arguments<Name> ? [] : [Arguments<Name>]
  ): Promise<Answers[Name]> {
    this.#count += 1;
    const gate = createGate<Happening>();
    this.#answers.set(this.#count, gate);
    this.#send({ id: this.#count, command: { do: name, ...more } });
    const answer = await gate.opened;
    if (answer.type === 'failed') throw Object.assign(new Error('failed there'), answer.failure);
    return (answer as { value: unknown }).value as Answers[Name];
  }

  /** The first of its kind, also if it has happened already. */
  async once(type: Happening['type']): Promise<Happening> {
    const earlier = this.happened.find((happening) => happening.type === type);
    if (earlier) return earlier;
    const gate = createGate<Happening>();
    this.#awaited.push({ type, gate });
    return await gate.opened;
  }

  count(type: Happening['type']): number {
    return this.happened.filter((happening) => happening.type === type).length;
  }

  note(happening: Happening): void {
    if (happening.type === 'answer' || happening.type === 'failed') {
      this.#answers.get(happening.id)?.open(happening);
      return;
    }
    this.happened.push(happening);
    for (const { type, gate } of this.#awaited) if (type === happening.type) gate.open(happening);
  }
}

export class ProcessActor extends Actor {
  readonly process: ChildProcess;
  readonly finished: ReturnType<typeof startChild>['finished'];

  constructor(sessionFile: string, { expireMs = 60_000 }: ActorOptions) {
    const { process: child, finished } = startChild(FIXTURE, {
      args: [sessionFile, String(expireMs)],
      timeoutMs: 50_000,
    });
    super((message) => void child.send(message));
    this.process = child;
    this.finished = finished;
    child.on('message', (message) => {
      this.note(message as Happening);
    });
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.finished;
  }
}

export class ThreadActor extends Actor {
  readonly worker: Worker;

  constructor(sessionFile: string, { expireMs = 60_000 }: ActorOptions) {
    // Not as the script of the worker: hooks for TypeScript come too late for that one.
    const start = `import(${JSON.stringify(TSX)}).then(({ register }) => {
      register();
      return import(${JSON.stringify(FIXTURE.href)});
    })`;
    const worker = new Worker(start, {
      eval: true,
      execArgv: [],
      workerData: [sessionFile, String(expireMs)],
    });
    super(worker.postMessage.bind(worker));
    this.worker = worker;
    worker.on('message', (message) => {
      this.note(message as Happening);
    });
    onTestFinished(async () => void (await worker.terminate()));
  }
}

export async function startProcess(
  sessionFile: string,
  options: ActorOptions = {},
): Promise<ProcessActor> {
  const actor = new ProcessActor(sessionFile, options);
  await actor.once('ready');
  return actor;
}

export async function startThread(
  sessionFile: string,
  options: ActorOptions = {},
): Promise<ThreadActor> {
  const actor = new ThreadActor(sessionFile, options);
  await actor.once('ready');
  return actor;
}

/** One that has the file, and one that waits for it. */
export async function holderAndWaiter(
  sessionFile: string,
  options: ActorOptions = {},
): Promise<{
  holder: ProcessActor;
  waiter: ProcessActor;
  token: number;
  taken: Promise<Answers['acquire']>;
}> {
  const [holder, waiter] = await Promise.all([
    startProcess(sessionFile, options),
    startProcess(sessionFile, options),
  ]);
  const { token } = await holder.ask('acquire', { runId: 'first', startBytes: 1_234 });
  const taken = waiter.ask('acquire', { runId: 'second' });
  await waiter.once('waiting');
  return { holder, waiter, token, taken };
}
