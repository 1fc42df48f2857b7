import { onTestFinished, vi } from 'vitest';
import type { Coordinator, InterruptOutcome, Run, RunRequest } from '../../../src/index.js';
import { untilAborted } from '../../ownership/support/steps.js';
import { createGate } from '../../support/gate.js';

/** A run whose task ends as soon as it is told to stop. */
export interface Heeding {
  readonly run: Run;
  /** What `run()` comes to. Observed, so that nothing rejects unhandled. */
  readonly outcome: Promise<unknown>;
}

export async function startHeeding(
  coordinator: Coordinator,
  request: RunRequest,
): Promise<Heeding> {
  const started = createGate<Run>();
  const outcome = coordinator.run(request, (run) => {
    started.open(run);
    return untilAborted(run.signal);
  });
  outcome.catch(() => {});
  return { run: await started.opened, outcome };
}

/** A request that nobody has to await: what becomes of it is there to be looked at. */
export function ask(coordinator: Coordinator, request: RunRequest): Promise<Run> {
  const granted = coordinator.acquire(request);
  granted.catch(() => {});
  return granted;
}

/** `status runId` of an outcome, for exact comparisons. */
export function brief({ status, run }: InterruptOutcome): string {
  return run === undefined ? status : `${status} ${run.runId}`;
}

/** Which error a promise rejected with. */
export async function errorOf<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    (value) => new Error('It did not reject.', { cause: value }),
    (reason: unknown) => reason,
  );
  if (!(error instanceof type)) throw new Error(`Expected ${type.name}.`, { cause: error });
  return error;
}

/** Rejections that nobody has observed, from now on. */
export function watchRejections(): readonly unknown[] {
  const seen: unknown[] = [];
  const listener = (reason: unknown): void => void seen.push(reason);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  return seen;
}

/** An outcome that needs the timer of a run that has no time to settle. */
export async function stepped<T>(outcome: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(1);
  return await outcome;
}

/** Takes the turns that are left, of runs that have no time to settle. */
export async function endAll(sessions: Coordinator): Promise<void> {
  const left = sessions.runs.list().map(({ runId }) => sessions.interrupt({ runId }));
  await stepped(Promise.all(left));
}
