import { expect } from 'vitest';
import type { Admission, AdmitRequest, Coordinator, Run, Ticket } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { openPrompt } from '../../transcript/windows/support/windows.js';

/** The two ways to name a file: without I/O, and by a path that has to be resolved. */
export const NAMES = ['memory:a', 'session.jsonl'] as const;

export type Answered<Outcome extends Admission['outcome']> = Extract<
  Admission,
  { outcome: Outcome }
>;

/** Asks, and fails where the answer is another one. */
export async function ask<Outcome extends Admission['outcome']>(
  sessions: Coordinator,
  request: AdmitRequest,
  outcome: Outcome,
): Promise<Answered<Outcome>> {
  const admission = await sessions.admit(request);
  expect(admission.outcome).toBe(outcome);
  return admission as Answered<Outcome>;
}

/** A ticket behind whoever owns the file. */
export async function askToWait(sessions: Coordinator, request: AdmitRequest): Promise<Ticket> {
  return (await ask(sessions, request, 'queued')).ticket;
}

/** A run that prompts on its file until the test ends it. */
export interface Prompting {
  readonly run: Run;
  /** What `steer` was called with, in order. */
  readonly messages: unknown[];
  /** Closes the window and ends the run. */
  end(): Promise<void>;
}

export type Steer = (message: unknown) => boolean | Promise<boolean>;

/** @param steer what the run says to a message; by default it takes all */
export async function startPrompting(
  sessions: Coordinator,
  request: AdmitRequest,
  steer: Steer = () => true,
): Promise<Prompting> {
  const messages: unknown[] = [];
  const run = await sessions.acquire({
    runId: 'holder',
    steer: (message) => {
      messages.push(message);
      return steer(message);
    },
    ...request,
  });
  const window = await openPrompt(run);
  return {
    run,
    messages,
    async end() {
      window.end();
      await window.outcome.catch(() => {});
      await run.release();
    },
  };
}

/** A run that prompts, and that answers a message only when the test says so. */
export async function startPondering(sessions: Coordinator, request: AdmitRequest) {
  const answer = createGate<boolean | Error>();
  const prompting = await startPrompting(sessions, request, async () => {
    const said = await answer.opened;
    if (said instanceof Error) throw said;
    return said;
  });
  return { ...prompting, answer };
}

/** Takes the turn, ends it, and tells as whom. */
export async function serve(ticket: Ticket): Promise<string> {
  await using run = await ticket.acquire();
  return run.runId;
}
