import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type ProcessActor, startProcess } from './actor.js';
import type { Answers } from './protocol.js';

/** Kills whoever has the file, until nobody is left: who had it, in order, with the tokens. */
export async function killInTurn(
  actors: readonly ProcessActor[],
  grants: readonly Promise<Answers['acquire']>[],
): Promise<{ order: number[]; tokens: number[] }> {
  const waiting = new Map(
    grants.map((grant, index) => [index, grant.then(({ token }) => ({ index, token }))]),
  );
  const order: number[] = [];
  const tokens: number[] = [];
  while (waiting.size > 0) {
    const { index, token } = await Promise.race(waiting.values());
    waiting.delete(index);
    order.push(index);
    tokens.push(token);
    await actors[index]?.kill();
  }
  return { order, tokens };
}

/**
 * Each takes a file that nobody has, and dies with it; what they were told.
 *
 * @param isTurn whether a turn of theirs has begun by then
 */
export async function acquireAndDie(
  actors: readonly ProcessActor[],
  isTurn: boolean,
): Promise<Answers['acquire']['died'][]> {
  const told: Answers['acquire']['died'][] = [];
  for (const actor of actors) {
    const runId = `of ${actor.process.pid}`;
    const { died } = await actor.ask('acquire', { runId, isTurn, wait: false });
    told.push(died);
    await actor.kill();
  }
  return told;
}

/** How a thread that has a file comes to a stand, with what it was doing; and goes on. */
export interface Stall {
  stop(actor: ProcessActor): void;
  goOn(actor: ProcessActor): void;
}

export const STALLS: Readonly<Record<string, Stall>> = {
  'is paused by SIGSTOP': {
    stop: (actor) => void actor.process.kill('SIGSTOP'),
    goOn: (actor) => void actor.process.kill('SIGCONT'),
  },
  'has a blocked event loop': { stop: () => undefined, goOn: () => undefined },
};

/**
 * Stops an actor in the middle of a synchronous task that has the file.
 *
 * @returns ends the pause; what the task saw right after it, before anything else could happen
 */
export async function standStill(
  actor: ProcessActor,
  stall: Stall,
  gateFile: string,
): Promise<() => Promise<Answers['standStill']>> {
  const seen = actor.ask('standStill', { untilFile: gateFile });
  await actor.once('standing');
  stall.stop(actor);
  return async () => {
    if (!existsSync(gateFile)) writeFileSync(gateFile, '');
    stall.goOn(actor);
    return await seen;
  };
}

/** So many signs of life of whoever has the file: as many as others would have given meanwhile. */
export async function untilBeats(
  sessionFile: string,
  { token }: Answers['acquire'],
  count: number,
): Promise<void> {
  const beat = (): number => statSync(`${sessionFile}.lock/${token}`).mtimeMs;
  for (let beats = 0; beats < count; beats += 1) {
    const before = beat();
    await vi.waitUntil(() => beat() !== before, { timeout: 10_000 });
  }
}

/**
 * A process that nobody disturbs, with a lease on a file of its own: its signs of life, one a second,
 * tell how long others have stood still, who cannot tell that themselves.
 */
export async function startMetronome(folder: string): Promise<(count: number) => Promise<void>> {
  const sessionFile = join(folder, 'metronome.jsonl');
  const actor = await startProcess(sessionFile);
  const taken = await actor.ask('acquire', { runId: 'metronome' });
  return async (count) => {
    await untilBeats(sessionFile, taken, count);
  };
}
