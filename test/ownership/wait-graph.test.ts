import { describe, expect, it } from 'vitest';
import type { DeadlockError } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { chainOf, DEADLOCK } from './support/deadlocks.js';
import { useStage } from './support/stage.js';
import { settled, stateOf } from './support/steps.js';

const A = 'memory:a';
const B = 'memory:b';
const C = 'memory:c';

describe('endlessWait()', () => {
  const stage = useStage();

  it('[D1][D4] the own file without a choice is refused at once, with the ways out', async () => {
    const sessions = stage.open();

    const outcome = sessions.run({ sessionFile: A, runId: 'outer' }, () =>
      sessions.run({ sessionFile: A }, () => 'never'),
    );

    const error = await outcome.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...DEADLOCK, holder: { runId: 'outer' } });
    expect(chainOf(error)).toEqual(['outer']);
    expect((error as DeadlockError).waysOut.join()).toMatch(/join.*queue.*park/s);
  });

  it('[D4] A -> B while B -> A is refused at once, the other one goes on', async () => {
    // Given a run on A that waits for B, and a run on B
    const sessions = stage.open();
    const bIsOwned = createGate();
    const aWaits = createGate();
    const one = sessions.run({ sessionFile: A, runId: 'on-a' }, async () => {
      await bIsOwned.opened;
      const inner = sessions.run({ sessionFile: B, runId: 'a-to-b' }, () => 'got both');
      aWaits.open();
      return await inner;
    });

    // When the run on B asks for A
    const two = sessions.run({ sessionFile: B, runId: 'on-b' }, async () => {
      bIsOwned.open();
      await aWaits.opened;
      return await sessions.run({ sessionFile: A, runId: 'b-to-a' }, () => 'never');
    });

    // Then it is told who waits for whom, and the first gets what it waits for
    const error = await two.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(DEADLOCK);
    expect(chainOf(error)).toEqual(['on-a', 'a-to-b', 'on-b']);
    expect((error as DeadlockError).message).toContain('run a-to-b waits for memory:b');
    expect(await one).toBe('got both');
  });

  it('[D4] a circle through three files is refused, whoever closes it', async () => {
    // Given runs on three files, of which each waits for the next
    const sessions = stage.open();
    const files = [A, B, C];
    const owned = files.map(() => createGate());
    const results = await Promise.allSettled(
      files.map((sessionFile, index) =>
        sessions.run({ sessionFile }, async () => {
          owned[index]?.open();
          await Promise.all(owned.map(({ opened }) => opened));
          await settled(index * 20);
          return await sessions.run({ sessionFile: files[(index + 1) % 3] as string }, () => 'ok');
        }),
      ),
    );

    // Then the last one is refused, and the others are served
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: DEADLOCK });
  });

  it('[D4] a circle through a child is refused', async () => {
    // Given a run on A whose child, on C, waits for B
    const sessions = stage.open();
    const onB = await sessions.acquire({ sessionFile: B, runId: 'on-b' });
    const outer = sessions.run({ sessionFile: A, runId: 'on-a' }, () =>
      sessions.run({ sessionFile: C, runId: 'child' }, () =>
        sessions.run({ sessionFile: B, runId: 'grandchild' }, () => 'done'),
      ),
    );
    await settled();

    // When the owner of B asks for A
    const error = await sessions.acquire({ sessionFile: A, parent: onB }).catch((e: unknown) => e);

    // Then the chain names all of them
    expect(chainOf(error)).toEqual(['on-a', 'child', 'grandchild', 'on-b']);
    await onB.release();
    expect(await outer).toBe('done');
  });

  it('[D4] a wait for an end is an edge as long as one of several lasts', async () => {
    // Given a run that waits twice for the end of another, of which one wait was given up
    const sessions = stage.open();
    const a = await sessions.acquire({ sessionFile: A, runId: 'a' });
    const b = await sessions.acquire({ sessionFile: B, runId: 'b' });
    const stop = new AbortController();
    const short = a.within(() => sessions.runs.whenEnded('b', { signal: stop.signal }));
    const long = a.within(() => sessions.runs.whenEnded('b'));
    stop.abort();
    expect(await short).toBe(false);

    // When the other one asks for the file of the first
    const asked = sessions.acquire({ sessionFile: A, parent: b });
    asked.catch(() => {});
    const state = await stateOf(asked);
    await b.release();
    expect(await long).toBe(true);
    await a.release();
    await asked.then((run) => run.release()).catch(() => {});

    // Then it is refused at once
    expect(state).toMatchObject({ error: DEADLOCK });
  });

  it('[D4] two creations of openOnce() that open each other are refused, not stuck', async () => {
    const sessions = stage.open();
    const openOther = async (other: string): Promise<string> => {
      await settled();
      return await sessions.openOnce(other, () => 'made');
    };

    const one = sessions.openOnce('one', () => openOther('two'));
    const two = sessions.openOnce('two', () => openOther('one'));
    await settled(200);
    const states = await Promise.all([stateOf(one), stateOf(two)]);

    expect(states).not.toContain('pending');
    expect(states).toContainEqual({ error: expect.objectContaining(DEADLOCK) });
  });

  it('[D4][D1] a joined task cannot wait for the run that asked for it', async () => {
    // Given a run on A, inside it a run on B, and inside that a task that joins the turn on A
    const sessions = stage.open();
    const never = sessions.run({ sessionFile: A, runId: 'on-a' }, () =>
      sessions.run({ sessionFile: B, runId: 'on-b' }, () =>
        sessions.run({ sessionFile: A, onReentry: 'join' }, () =>
          // When that task asks for B, whose owner waits for it
          sessions.run({ sessionFile: B }, () => 'never'),
        ),
      ),
    );

    // Then it is refused at once
    expect(await stateOf(never)).toMatchObject({ error: DEADLOCK });
  });

  it('[D4] a file asked for before its own turn is no circle', async () => {
    // Given a run that waits for a file, and a context around it that owns nothing
    const sessions = stage.open();
    const b = await sessions.acquire({ sessionFile: B });
    const outer = sessions.run({ sessionFile: A }, () => sessions.run({ sessionFile: B }, () => 1));
    await settled();

    // When an unrelated task asks for A
    const other = sessions.run({ sessionFile: A }, () => 2);

    // Then it waits, and is served
    expect(await stateOf(other)).toBe('pending');
    await b.release();
    expect(await Promise.all([outer, other])).toEqual([1, 2]);
  });

  it('[D4][D5] a circle that the asker is no part of neither refuses nor hangs it', async () => {
    // Given an owner of A whose own child waits for A, behind it
    const sessions = stage.open();
    const a = await sessions.acquire({ sessionFile: A });
    const child = sessions.run({ sessionFile: A, parent: a, onReentry: 'queue' }, () => 'child');
    await settled();

    // When a run on B asks for A
    const b = await sessions.acquire({ sessionFile: B });
    const asked = sessions.run({ sessionFile: A, parent: b }, () => 'asked');

    // Then it waits like anybody else, and is served in its turn
    expect(await stateOf(asked)).toBe('pending');
    await a.release();
    expect(await Promise.all([child, asked])).toEqual(['child', 'asked']);
    await b.release();
  });
});
