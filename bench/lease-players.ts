/** Processes that hand files to each other, and die with them; how long the next one waits for it. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LockOptions } from 'proper-lockfile';
import type { Reply, Wish } from './lease-child.js';

const CHILD = fileURLToPath(new URL('lease-child.ts', import.meta.url));

/** A wish under way. */
interface Asked {
  readonly isWaiting: Promise<void>;
  readonly doneNs: Promise<bigint>;
}

export class Player {
  readonly #process: ChildProcess;
  readonly #listeners = new Map<number, (reply: Reply) => void>();
  #count = 0;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (message) => {
      const reply = message as Reply;
      this.#listeners.get(reply.id)?.(reply);
    });
  }

  static async start(): Promise<Player> {
    const child = fork(CHILD);
    await once(child, 'message');
    return new Player(child);
  }

  acquire(file: string, properly?: LockOptions): Asked {
    return this.#ask({ do: 'acquire', file, ...(properly && { properly }) });
  }

  /** When it began to give it back. */
  async release(file: string): Promise<bigint> {
    return await this.#ask({ do: 'release', file }).doneNs;
  }

  /** By SIGKILL; when that was sent. */
  kill(): bigint {
    const atNs = process.hrtime.bigint();
    this.#process.kill('SIGKILL');
    return atNs;
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await ended;
  }

  #ask(wish: Omit<Wish, 'id'>): Asked {
    this.#count += 1;
    const id = this.#count;
    let waiting = (): void => undefined;
    const isWaiting = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    const doneNs = new Promise<bigint>((resolve) => {
      this.#listeners.set(id, (reply) => {
        if (reply.isWaiting) return waiting();
        this.#listeners.delete(id);
        return resolve(BigInt(reply.atNs));
      });
    });
    this.#process.send({ ...wish, id });
    return { isWaiting, doneNs };
  }
}

/** A file in that folder, by a name that was not used before. */
export function newFile(folder: string): string {
  fileCount += 1;
  const file = path.join(folder, `session-${fileCount}.jsonl`);
  fs.writeFileSync(file, '');
  return file;
}
let fileCount = 0;

/** Milliseconds from each release in one process to the moment when the other has the file. */
export async function handOvers(
  players: readonly [Player, Player],
  file: string,
  count: number,
  longestHoldMs: number,
  properly?: LockOptions,
): Promise<number[]> {
  let [holder, waiter] = players;
  const samples: number[] = [];
  await holder.acquire(file, properly).doneNs;
  for (let done = 0; done < count; done += 1) {
    const asked = waiter.acquire(file, properly);
    await asked.isWaiting;
    await setTimeout(randomInt(longestHoldMs / 10, longestHoldMs));
    const releasedNs = await holder.release(file);
    samples.push(Number((await asked.doneNs) - releasedNs) / 1e6);
    [holder, waiter] = [waiter, holder];
  }
  await holder.release(file);
  return samples;
}

/** Milliseconds from each SIGKILL of a holder to the moment when the waiter has its file. */
export async function recoveries(
  waiter: Player,
  folder: string,
  count: number,
  atOnce: boolean,
  properly?: LockOptions,
): Promise<number[]> {
  // All of them run before the first is killed, so that no start of a process is in the way.
  const holders = await Promise.all(Array.from({ length: count }, () => Player.start()));
  const files = holders.map(() => newFile(folder));
  await Promise.all(
    holders.map((holder, index) => holder.acquire(files[index] ?? '', properly).doneNs),
  );
  const recover = async (holder: Player, index: number): Promise<number> => {
    const file = files[index] ?? '';
    const asked = waiter.acquire(file, properly);
    await asked.isWaiting;
    await setTimeout(randomInt(5, 105));
    const killedNs = holder.kill();
    const takenNs = await asked.doneNs;
    await waiter.release(file);
    return Number(takenNs - killedNs) / 1e6;
  };
  if (atOnce) return await Promise.all(holders.map(recover));
  const samples: number[] = [];
  for (const [index, holder] of holders.entries()) samples.push(await recover(holder, index));
  return samples;
}
