/** A process that takes and gives back files, by leases or by proper-lockfile; see lease-players.ts. */
import { resolveSessionFileSync } from 'penholder';
import { lockFileLeases } from 'penholder/lock-file';
import lockfile from 'proper-lockfile';
import { REQUEST } from './lease-request.js';

/** What a player is asked for. */
export interface Wish {
  readonly id: number;
  readonly do: 'acquire' | 'release';
  readonly file: string;
  /** Absent: a lease. */
  readonly properly?: lockfile.LockOptions;
}

/** That it waits now, or has done what it was asked for, and when: by the clock of all processes. */
export interface Reply {
  readonly id: number;
  readonly isWaiting?: true;
  readonly atNs: string;
}

const leases = lockFileLeases();
const held = new Map<string, () => Promise<void>>();

function reply(id: number, atNs: bigint, isWaiting?: true): void {
  process.send?.({ id, atNs: String(atNs), ...(isWaiting && { isWaiting }) } satisfies Reply);
}

async function acquire({ id, file, properly }: Wish): Promise<void> {
  if (properly === undefined) {
    const onHeld = (): void => {
      reply(id, process.hrtime.bigint(), true);
    };
    const taken = await leases.acquire(resolveSessionFileSync(file), { ...REQUEST, onHeld });
    reply(id, process.hrtime.bigint());
    held.set(file, () => taken.release());
    return;
  }
  reply(id, process.hrtime.bigint(), true);
  const release = await lockfile.lock(file, { realpath: false, ...properly });
  reply(id, process.hrtime.bigint());
  held.set(file, release);
}

async function giveBack({ id, file }: Wish): Promise<void> {
  const release = held.get(file);
  held.delete(file);
  const atNs = process.hrtime.bigint();
  await release?.();
  reply(id, atNs);
}

process.on('message', (wish: Wish) => {
  void (wish.do === 'acquire' ? acquire(wish) : giveBack(wish));
});
process.once('disconnect', () => process.exit());
process.send?.({ id: 0, atNs: '0' } satisfies Reply);
