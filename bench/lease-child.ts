/** A process that takes and gives back files, by leases or by proper-lockfile; see lease-players.ts. */
import { resolveSessionFileSync } from 'penholder';
import { type Lease, lockFileLeases } from 'penholder/lock-file';
import lockfile from 'proper-lockfile';

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

async function lease({ id, file }: Wish): Promise<Lease> {
  const { pid } = process;
  return await leases.acquire(resolveSessionFileSync(file), {
    holder: {
      instanceId: String(pid),
      runId: 'bench',
      kind: 'person',
      pid,
      threadId: 0,
      host: 'here',
      processStartedAtMs: 0,
      acquiredAtMs: 0,
    },
    wait: true,
    signal: new AbortController().signal,
    onLost: (cause) => {
      throw cause;
    },
    onHeld: () => {
      reply(id, process.hrtime.bigint(), true);
    },
  });
}

async function acquire(wish: Wish): Promise<void> {
  const { id, file, properly } = wish;
  if (properly === undefined) {
    const taken = await lease(wish);
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
