import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'vitest';
import {
  type Coordinator,
  DeadlockError,
  type GuestTranscript,
  type Run,
  type WriteOptions,
} from '../../../../src/index.js';
import { recordOf } from '../../../../src/runs/run-handle.js';
import { loopTurn, until } from '../../../runs/support/sessions.js';
import { createGate } from '../../../support/gate.js';

/** Code that stays inside a section until the test lets it out. */
export interface Held<T> {
  /** What the call that opened the section comes to. Observed, so that nothing rejects unhandled. */
  readonly outcome: Promise<unknown>;
  /** What the code inside has to write with. */
  readonly inside: T;
  /** Calls this in the context of the section, which stays open. */
  within<R>(code: () => R): R;
  /** Ends the section, and tells what the call came to. */
  leave(): Promise<unknown>;
}

/** A section of the owner, for code that opens the file itself. */
export async function holdSection(run: Run): Promise<Held<string>> {
  return await hold((code) => run.transcript.write(code));
}

/** A guest's section. */
export async function holdGuest(
  sessions: Coordinator,
  file: string,
  options?: WriteOptions,
): Promise<Held<GuestTranscript>> {
  return await hold((code) => sessions.write(file, code, options));
}

/** Calls `open` with code that stays inside. */
export async function hold<T>(
  open: (code: (inside: T) => Promise<unknown>) => Promise<unknown>,
): Promise<Held<T>> {
  const opened = createGate<{ inside: T; within: Held<T>['within'] }>();
  const end = createGate();
  const outcome = open(async (inside) => {
    opened.open({ inside, within: AsyncLocalStorage.snapshot() });
    await end.opened;
  });
  outcome.catch(() => {});
  const held = await Promise.race([opened.opened, outcome.then(() => opened.opened)]);
  return {
    ...held,
    outcome,
    leave: () => {
      end.open();
      return outcome;
    },
  };
}

/** How many guests wait at the gate of the file that this run owns. */
export function guestsAt(run: Run): number {
  return recordOf(run)?.queue?.guests?.size ?? 0;
}

/** The sections of this run, open or waited for. */
export function sectionsOf(run: Run): number {
  return recordOf(run)?.work?.sections ?? 0;
}

/** A guest that is known to wait at the gate of this run. */
export async function waitAsGuest(
  sessions: Coordinator,
  run: Run,
  options: WriteOptions & { readonly record?: unknown } = {},
): Promise<{ readonly outcome: Promise<unknown> }> {
  const { record = { guest: true }, ...rest } = options;
  const before = guestsAt(run);
  const outcome = sessions.write(run.sessionFile, (transcript) => transcript.append(record), rest);
  outcome.catch(() => {});
  await until(() => guestsAt(run) > before);
  return { outcome };
}

export type State = 'pending' | 'done' | 'failed';

/** What a promise has come to once everything that needs no help of the test has happened. */
export async function stateNow(promise: Promise<unknown>): Promise<State> {
  return await stateWithin(promise, 20);
}

/** What a promise comes to, however much I/O that takes; one that hangs is `pending`. */
export async function stateSoon(promise: Promise<unknown>): Promise<State> {
  return await stateWithin(promise, 3_000);
}

async function stateWithin(promise: Promise<unknown>, realMs: number): Promise<State> {
  const seen: { state: State } = { state: 'pending' };
  const tell = (state: State) => (): void => {
    seen.state = state;
  };
  promise.then(tell('done'), tell('failed'));
  const endNs = process.hrtime.bigint() + BigInt(realMs) * 1_000_000n;
  while (seen.state === 'pending' && process.hrtime.bigint() < endNs) await loopTurn();
  return seen.state;
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => expect.unreachable(`resolved with ${String(value)}`),
    (error: unknown) => error,
  );
}

/** The runs of the chain that a refused wait tells. */
export function chainOf(error: unknown): string[] {
  expect(error).toBeInstanceOf(DeadlockError);
  return (error as DeadlockError).chain.map(({ run }) => run.runId);
}
