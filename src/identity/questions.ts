import type { PlatformPath } from 'node:path';
import type { Volumes } from './volumes.js';

/** What the package wants to know of one entry of a file system. */
export interface Facts {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly dev: number;
  readonly ino: number | bigint;
  readonly links: number;
}

/** The questions that resolving a path can ask, each about one path, and their answers. */
interface Answers {
  readonly realpath: string;
  readonly readlink: string;
  readonly lstat: Facts;
  /** Only asked where `realpath` has just been answered, with a path or with ENOENT. */
  readonly stat: Facts;
  /** Some names of a directory; bounded, in no order. */
  readonly list: readonly string[];
}

/** What is fixed for all questions to one system. */
export interface Host {
  readonly path: PlatformPath;
  /** Whether volumes that could not be probed are taken to fold case. */
  readonly foldsByHabit: boolean;
  readonly volumes: Volumes;
}

/** Answers at once, or throws as `node:fs` does. */
export type SyncFs = Host & { readonly [K in keyof Answers]: (path: string) => Answers[K] };

/** Answers at once or later, or throws or rejects as `node:fs` does. */
export type AsyncFs = Host & {
  readonly [K in keyof Answers]: (path: string) => Answers[K] | Promise<Answers[K]>;
};

export interface Question {
  readonly ask: keyof Answers;
  readonly path: string;
}

/**
 * A computation that asks the file system without knowing whether the answers come at once. It is
 * written once and driven twice, so that both ways give the same answer by construction.
 */
export type Asking<T> = Generator<Question, T, unknown>;

/** Asks one question; throws what the file system threw. */
export function* ask<K extends keyof Answers>(what: K, path: string): Asking<Answers[K]> {
  return (yield { ask: what, path }) as Answers[K];
}

/** Runs a computation on answers that come at once. */
export function driveSync<T>(computation: Asking<T>, fs: SyncFs): T {
  let step = computation.next();
  while (!step.done) {
    let answer: unknown;
    try {
      answer = fs[step.value.ask](step.value.path);
    } catch (error) {
      step = computation.throw(error);
      continue;
    }
    step = computation.next(answer);
  }
  return step.value;
}

/** Runs a computation on answers that may come later; waits only for those that do. */
export async function driveAsync<T>(computation: Asking<T>, fs: AsyncFs): Promise<T> {
  let step = computation.next();
  while (!step.done) {
    let answer: unknown;
    try {
      answer = fs[step.value.ask](step.value.path);
      if (answer instanceof Promise) answer = await answer;
    } catch (error) {
      step = computation.throw(error);
      continue;
    }
    step = computation.next(answer);
  }
  return step.value;
}
