import { appendFileSync } from 'node:fs';
import type { PromptOptions, Run } from '../../../../src/index.js';
import type { LogLine, Stage } from '../../../ownership/support/stage.js';
import { createGate } from '../../../support/gate.js';

/** A window that is open, and whose task goes on until the test ends it. */
export interface OpenWindow {
  /** What `prompt()` or `maintain()` comes to. Observed, so that nothing rejects unhandled. */
  readonly outcome: Promise<unknown>;
  /** What the task was given. */
  readonly signal: AbortSignal;
  /** The task answers. */
  end(value?: unknown): void;
  /** The task throws. */
  fail(error: unknown): void;
}

type Opens = (task: (signal: AbortSignal) => Promise<unknown>) => Promise<unknown>;

async function openWindow(opens: Opens): Promise<OpenWindow> {
  const started = createGate<AbortSignal>();
  const ended = createGate<() => unknown>();
  const outcome = opens(async (signal) => {
    started.open(signal);
    return (await ended.opened)();
  });
  outcome.catch(() => {});
  const signal = await Promise.race([started.opened, outcome.then(unexpected)]);
  return {
    outcome,
    signal,
    end: (value) => {
      ended.open(() => value);
    },
    fail: (error) => {
      ended.open(() => {
        throw error;
      });
    },
  };
}

function unexpected(): never {
  throw new Error('The window has ended before its task began.');
}

export async function openPrompt(run: Run, options?: PromptOptions): Promise<OpenWindow> {
  return await openWindow((task) => run.prompt(task, options));
}

export async function openMaintenance(run: Run, deadlineMs: number): Promise<OpenWindow> {
  return await openWindow((task) => run.maintain(task, { deadlineMs }));
}

/** A program that knows nothing of the gate. */
export function writeAsStranger(file: string, text = '{"by":"stranger"}\n'): void {
  appendFileSync(file, text);
}

/** What `rescue` was called with, in order. */
export interface Rescued {
  readonly payloads: unknown[];
  readonly errors: unknown[];
  readonly rescue: (payload: unknown, error: unknown) => void;
}

export function createRescue(): Rescued {
  const payloads: unknown[] = [];
  const errors: unknown[] = [];
  return {
    payloads,
    errors,
    rescue: (payload, error) => {
      payloads.push(payload);
      errors.push(error);
    },
  };
}

/** What was logged beside the events. */
export function linesOf({ lines }: Stage): LogLine[] {
  return lines.filter(({ facts }) => !('type' in facts));
}
