import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ProcessActor } from './actor.js';
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

/** How long a pause lasts is what such a test is about; other processes keep their own time. */
export async function whileTimePasses(ms: number): Promise<void> {
  await setTimeout(ms);
}
