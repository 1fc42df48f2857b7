import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { type Bundle, bundle } from '../../../../tools/bundle.js';
import { startChild } from '../../../support/child.js';
import { createGate } from '../../../support/gate.js';

const FIXTURE = new URL('../fixtures/contender.ts', import.meta.url);
const PREPARE_NS = 100_000_000n;
const LEAST_TURNS = 5;
const MOST_TURNS = 25;
const MOST_ROUNDS = 500;

/** What a contender counted, at its end. */
export interface Count {
  readonly lostCount: number;
  readonly diskCalls: number;
}

export interface Contender {
  readonly process: ChildProcess;
  readonly finished: ReturnType<typeof startChild>['finished'];
  /** Rejects where it ended without having counted. */
  readonly count: Promise<Count>;
}

/** Starts one, with these arguments: ready, and waiting for the start. */
export type StartContender = (...args: readonly string[]) => Promise<Contender>;

/** Contenders for the tests of a block. */
export function useContenders(): StartContender {
  let built: Bundle;
  beforeAll(async () => {
    built = await bundle(FIXTURE);
  });
  afterAll(async () => {
    await rm(built.folder, { recursive: true, force: true });
  });

  return async (...args) => {
    const { script } = built;
    const options = { args, timeoutMs: 100_000, isJavaScript: true };
    const { process: child, finished } = startChild(script, options);
    const counted = createGate<Count>();
    child.on('message', (message) => {
      if (typeof message === 'object') counted.open(message as Count);
    });
    const ended = finished.then(({ code, signal, stderr }) => {
      throw new Error(`A contender ended with ${code ?? signal}: ${stderr}`);
    });
    const count = Promise.race([counted.opened, ended]);
    count.catch(() => undefined);
    await Promise.race([once(child, 'message'), ended]);
    return { process: child, finished, count };
  };
}

/** All begin at the same moment, as far as there are processors. */
export function startTogether(contenders: readonly Contender[]): void {
  const startNs = String(process.hrtime.bigint() + PREPARE_NS);
  for (const { process: child } of contenders) child.send({ startNs });
}

/**
 * Kills some of them at random points of what they do, a few turns in between, and every second one
 * soon after the beginning of a turn of its own; when each was killed.
 */
export async function killAtRandom(
  victims: readonly Contender[],
  all: readonly Contender[],
): Promise<ReadonlyMap<number, bigint>> {
  const killed = new Map<number, bigint>();
  for (const [index, victim] of victims.entries()) {
    const { process: child, finished } = victim;
    await turnsOf(all, randomInt(LEAST_TURNS, MOST_TURNS));
    if (index % 2 === 0) await turnsOf([victim], 1);
    for (let round = randomInt(MOST_ROUNDS); round > 0; round -= 1) await setImmediate();
    killed.set(child.pid ?? 0, process.hrtime.bigint());
    child.kill('SIGKILL');
    await finished;
  }
  return killed;
}

/** So many more turns of any of them have begun. */
async function turnsOf(contenders: readonly Contender[], count: number): Promise<void> {
  const enough = createGate();
  let left = count;
  const onMessage = (message: unknown): void => {
    if (message === 'turn') left -= 1;
    if (left === 0) enough.open();
  };
  for (const { process: child } of contenders) child.on('message', onMessage);
  await enough.opened;
  for (const { process: child } of contenders) child.off('message', onMessage);
}
