import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { holderAndWaiter, type ProcessActor, startProcess } from './support/actor.js';
import { acquireAndDie, killInTurn } from './support/scenes.js';

describe('a holder that is killed', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L1] [X3] [X5] leaves the file to the process that waits, which is told who died and where', async () => {
    // Given one process that holds the file and one that waits, far from any expiry
    const { holder, token, taken } = await holderAndWaiter(dir.join('s.jsonl'));
    const killedMs = performance.now();

    // When the holder has no chance to give anything back
    await holder.kill();
    const next = await taken;

    // Then the waiter has it soon, with a higher token and the place where the dead turn began
    expect(performance.now() - killedMs).toBeLessThan(5_000);
    expect(next.token).toBeGreaterThan(token);
    expect(next.died).toEqual({ runId: 'first', startBytes: 1_234 });
    expect(next.diedPid).toBe(holder.process.pid);
  });

  it('[X3] [X5] is told of also where nobody waited, and to nobody twice', async () => {
    // Given a process that died with the file
    const sessionFile = dir.join('s.jsonl');
    const [holder, next] = await Promise.all([
      startProcess(sessionFile),
      startProcess(sessionFile),
    ]);
    await holder.ask('acquire', { runId: 'first', startBytes: 77 });
    await holder.kill();

    // When the file is asked for twice, and nobody is ready to wait
    const now = await next.ask('acquire', { runId: 'second', wait: false });
    await next.ask('release');
    const later = await next.ask('acquire', { runId: 'third', wait: false });

    // Then it can be had, and the first to come hears of the death
    expect(now.died).toEqual({ runId: 'first', startBytes: 77 });
    expect(later.died).toBeUndefined();
  });

  it('[X5] is told of again where whoever heard of it gave the file back before its turn', async () => {
    // Given a process that died with the file
    const sessionFile = dir.join('s.jsonl');
    const [holder, next] = await Promise.all([
      startProcess(sessionFile),
      startProcess(sessionFile),
    ]);
    await holder.ask('acquire', { runId: 'first', startBytes: 77 });
    await holder.kill();

    // When the next run is gone before it could look at the damage
    await next.ask('acquire', { runId: 'second', isTurn: false });
    await next.ask('release');
    const later = await next.ask('acquire', { runId: 'third', wait: false });

    // Then the one after that is told
    expect(later.died).toEqual({ runId: 'first', startBytes: 77 });
  });

  it('[X5] is told of, and not those who came after it and died before a turn of theirs began', async () => {
    // Given a process that died in its turn, and two more that died one after the other with its file
    const sessionFile = dir.join('s.jsonl');
    const [first, second, third, next] = await startFour(sessionFile);
    await first.ask('acquire', { runId: 'first', startBytes: 77 });
    await first.kill();
    const told = await acquireAndDie([second, third], false);

    // When the next run asks
    const lease = await next.ask('acquire', { runId: 'next', wait: false });

    // Then all were told of the one whose turn was cut off
    const died = { runId: 'first', startBytes: 77 };
    expect(told).toEqual([died, died]);
    expect(lease.died).toEqual(died);
    expect(lease.diedPid).toBe(first.process.pid);
  });

  it('[X5] is told of until a turn has begun, and then whoever died in that one', async () => {
    // Given a process that died in its turn, and another that died in the turn after it
    const sessionFile = dir.join('s.jsonl');
    const [first, second, next] = await startFour(sessionFile);
    await first.ask('acquire', { runId: 'first', startBytes: 77 });
    await first.kill();
    await acquireAndDie([second], true);

    // When the next run asks
    const lease = await next.ask('acquire', { runId: 'next', wait: false });

    // Then it is told of the second
    expect(lease.died).toMatchObject({ runId: `of ${second.process.pid}` });
  });

  it('[F9] [V7] is not shown as holder any more, and looking takes nothing', async () => {
    // Given a process that died with the file
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'));
    const looker = await startProcess(dir.join('s.jsonl'));
    const before = await looker.ask('inspect');
    await waiter.kill();
    await holder.kill();

    // When somebody looks, twice
    const after = [await looker.ask('inspect'), await looker.ask('inspect')];

    // Then the dead one is no holder
    taken.catch(() => undefined);
    expect(before).toBe('first');
    expect(after).toEqual([undefined, undefined]);
  });

  it('[X3] is followed in one chain by all who wait, though each of them dies in turn', async () => {
    // Given four processes, of which one holds the file
    const sessionFile = dir.join('s.jsonl');
    const actors = await Promise.all([1, 2, 3, 4].map(() => startProcess(sessionFile)));
    const grants = actors.map((actor, index) => actor.ask('acquire', { runId: `run-${index}` }));

    // When whoever has the file is killed, until nobody is left
    const { order, tokens } = await killInTurn(actors, grants);

    // Then each had it once, and the tokens grew in the order in which they died
    expect(new Set(order)).toEqual(new Set([0, 1, 2, 3]));
    expect(tokens).toEqual(tokens.toSorted((one, other) => one - other));
    expect(new Set(tokens).size).toBe(4);
  });
});

async function startFour(sessionFile: string): Promise<Four> {
  const start = (): Promise<ProcessActor> => startProcess(sessionFile);
  return await Promise.all([start(), start(), start(), start()]);
}

type Four = [ProcessActor, ProcessActor, ProcessActor, ProcessActor];
