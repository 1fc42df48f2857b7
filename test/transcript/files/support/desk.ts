import { readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { useTempDir, type TempDir } from '../../../support/temp-dir.js';
import { useStage, type Stage } from '../../../ownership/support/stage.js';
import type { Coordinator, Run } from '../../../../src/index.js';

export interface Desk extends Stage {
  readonly dir: TempDir;
  /** The session file of the test. */
  readonly file: string;
  /** Puts this into the session file before the run of the test begins. */
  given(content: string | Buffer): void;
  /** What is in a file of the test now, of the session file by default. */
  content(name?: string): string;
  /** A run that owns the session file while the task runs. */
  own<T>(task: (run: Run, coordinator: Coordinator) => T | Promise<T>): Promise<T>;
  /** The names in the folder of the test. */
  names(): Promise<string[]>;
}

/** A session file, and a coordinator of which nothing may be left behind. */
export function useDesk(): Desk {
  const stage = useStage();
  const dir = useTempDir();
  return {
    ...stage,
    dir,
    given: (content) => {
      writeFileSync(dir.join('session.jsonl'), content);
    },
    content: (name = 'session.jsonl') => readFileSync(dir.join(name), 'utf8'),
    own: async (task) => {
      const coordinator = stage.open();
      const sessionFile = dir.join('session.jsonl');
      return await coordinator.run({ sessionFile }, (run) => task(run, coordinator));
    },
    names: () => readdir(dir.path),
    get file() {
      return dir.join('session.jsonl');
    },
  };
}

/** What a promise rejects with; fails where it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const told = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(told).toBeInstanceOf(Error);
  return told;
}
