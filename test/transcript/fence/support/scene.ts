import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import {
  type Coordinator,
  type CoordinatorOptions,
  type FileChange,
  type Run,
  type RunRequest,
  TakeoverError,
} from '../../../../src/index.js';
import { type Stage, useStage } from '../../../ownership/support/stage.js';
import { disk } from '../../../../src/transcript/disk.js';
import { useTempDir } from '../../../support/temp-dir.js';

/** Three records: what most tests begin with. */
export const RECORDS = '{"a":1}\n{"b":2}\n{"c":3}\n';

export interface Scene {
  readonly stage: Stage;
  readonly sessions: Coordinator;
  /** The session file of the test, or another one in its folder. */
  file(name?: string): string;
  /** Owns the session file, which holds this; undefined for a file that is not there. */
  own(content?: string, options?: CoordinatorOptions, request?: Partial<RunRequest>): Promise<Run>;
  /** Another run of the same file. */
  ownAgain(request?: Partial<RunRequest>): Promise<Run>;
  /** Of the session file; a missing one is empty. */
  content(): string;
}

/** One file, its owner, and nothing left behind. */
export function useScene(): Scene {
  const stage = useStage();
  const dir = useTempDir();
  let sessions: Coordinator | undefined;
  const runs = new Set<Run>();

  // Nothing here is about crashes, and waiting for the disk is most of what a rewrite costs.
  beforeEach(() => {
    vi.spyOn(disk, 'syncLater').mockResolvedValue();
  });
  // Registered after the stage, so that it runs before the stage looks for what is left.
  afterEach(async () => {
    for (const run of runs) await run.release();
    runs.clear();
    sessions = undefined;
  });

  const current = (): Coordinator => (sessions ??= stage.open());
  const file = (name = 'session.jsonl'): string => dir.join(name);
  const ownAgain = async (request: Partial<RunRequest> = {}): Promise<Run> => {
    const run = await current().acquire({ sessionFile: file(), ...request });
    runs.add(run);
    return run;
  };
  return {
    stage,
    get sessions() {
      return current();
    },
    file,
    async own(content, options, request) {
      if (content !== undefined) writeFileSync(file(), content);
      sessions = stage.open(options);
      return await ownAgain(request);
    },
    ownAgain,
    content: () => (existsSync(file()) ? readFileSync(file(), 'utf8') : ''),
  };
}

/** The conflict that a use of the gate is refused with; fails where it is another outcome. */
export async function takeoverOf(use: Promise<unknown>): Promise<TakeoverError> {
  const outcome = await use.then(
    () => 'no error',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(TakeoverError);
  return outcome as TakeoverError;
}

/** The use of the gate finds that somebody did this, and the run is told to stop. */
export async function assertTakeover(
  run: Run,
  use: Promise<unknown>,
  change: FileChange,
): Promise<TakeoverError> {
  const error = await takeoverOf(use);
  expect(error.change).toBe(change);
  expect(run.signal.reason).toMatchObject({ why: 'takeover', cause: error });
  return error;
}

/** Nobody saw a conflict, and the run goes on. */
export function assertNoAlarm(stage: Stage, ...runs: readonly Run[]): void {
  expect(stage.told().filter((line) => line.startsWith('takeover'))).toEqual([]);
  expect(runs.map(({ signal }) => signal.aborted)).toEqual(runs.map(() => false));
}
