import { describe, expect, it } from 'vitest';
import { createGate } from '../support/gate.js';
import { chainOf, DEADLOCK } from './support/deadlocks.js';
import { useStage } from './support/stage.js';
import { settled, stateOf } from './support/steps.js';

const A = 'memory:a';
const B = 'memory:b';

describe('endlessWait(), of parked runs', () => {
  const stage = useStage();

  it('[D4] a parked run that waits for its turn closes a circle too', async () => {
    // Given a parked run that waits for its turn behind a run on the same file
    const sessions = stage.open();
    const parked = await sessions.acquire({ sessionFile: A, runId: 'parked' });
    const gate = createGate();
    const back = parked.park(() => gate.opened);
    const run = await sessions.acquire({ sessionFile: A, runId: 'owner' });
    gate.open();
    await settled();

    // When that one waits for the end of the parked run
    const wait = run.within(() => sessions.runs.whenEnded('parked'));

    // Then it is refused
    expect(chainOf(await wait.catch((error: unknown) => error))).toEqual(['parked', 'owner']);
    await run.release();
    await back;
    await parked.release();
  });

  it('[D4] a parked run is refused its turn by an owner that waits for its end', async () => {
    // Given a parked run, and an owner of its file that waits for its end
    const sessions = stage.open();
    const parked = await sessions.acquire({ sessionFile: A, runId: 'parked' });
    const gate = createGate();
    const back = parked.park(() => gate.opened);
    back.catch(() => {});
    const owner = await sessions.acquire({ sessionFile: A, runId: 'owner' });
    const ended = owner.within(() => sessions.runs.whenEnded('parked'));

    // When the parked run wants its turn back
    gate.open();
    const state = await stateOf(back);
    await parked.release();
    expect(await ended).toBe(true);
    await owner.release();

    // Then it was told at once
    expect(state).toMatchObject({ error: DEADLOCK });
  });

  it('[D4] a parked run is refused its turn where whoever brings it back owns what the owner wants', async () => {
    // Given a run on B whose code waits for A, and the owner of A, which parks another run of B
    const sessions = stage.open();
    const onA = await sessions.acquire({ sessionFile: A, runId: 'on-a' });
    const parks = await sessions.acquire({ sessionFile: B, runId: 'parks' });
    const gate = createGate();
    const back = onA.within(() => parks.park(() => gate.opened));
    const owner = await sessions.acquire({ sessionFile: B, runId: 'owner' });
    const inner = sessions.acquire({ sessionFile: A, runId: 'inner', parent: owner });

    // When that one comes back
    gate.open();

    // Then
    const error = await back.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(DEADLOCK);
    expect(chainOf(error)).toEqual(['owner', 'inner', 'on-a', 'parks']);
    await onA.release();
    await (await inner).release();
    await owner.release();
    await parks.release();
  });

  it('[D4] a run is refused the file of one that waits for a parked run to come back behind it', async () => {
    // Given the owner of A, in whose context a parked run of B waits for its turn
    const sessions = stage.open();
    const onA = await sessions.acquire({ sessionFile: A, runId: 'on-a' });
    const parks = await sessions.acquire({ sessionFile: B, runId: 'parks' });
    const gate = createGate();
    const back = onA.within(() => parks.park(() => gate.opened));
    const owner = await sessions.acquire({ sessionFile: B, runId: 'owner' });
    gate.open();
    await settled();

    // When the owner of B asks for A
    const inner = sessions.acquire({ sessionFile: A, parent: owner });

    // Then
    const error = await inner.catch((thrown: unknown) => thrown);
    expect(chainOf(error)).toEqual(['on-a', 'parks', 'owner']);
    await owner.release();
    await back;
    await parks.release();
    await onA.release();
  });

  it('[D4] whoever waits behind a parked run is refused where its grant closes the circle', async () => {
    // Given a parked run whose code waits for A, and the owner of A, who waits for B behind another
    const sessions = stage.open();
    const onA = await sessions.acquire({ sessionFile: A, runId: 'on-a' });
    const parks = await sessions.acquire({ sessionFile: B, runId: 'parks' });
    const gate = createGate();
    let inner: Promise<unknown> | undefined;
    const back = parks.park(async () => {
      inner = sessions.acquire({ sessionFile: A, runId: 'inner' });
      await gate.opened;
    });
    const owner = await sessions.acquire({ sessionFile: B });
    const waits = sessions.acquire({ sessionFile: B, parent: onA });
    waits.catch(() => {});
    gate.open();
    await settled();

    // When the parked run has its turn again
    await owner.release();
    await back;

    // Then
    const error = await waits.catch((thrown: unknown) => thrown);
    expect(chainOf(error)).toEqual(['parks', 'inner', 'on-a']);
    await onA.release();
    await ((await inner) as { release(): Promise<void> }).release();
    await parks.release();
  });

  it('[D4] what a parked run does is refused the file of whoever waits for that', async () => {
    // Given the owner of A, in whose context another run is parked
    const sessions = stage.open();
    const onA = await sessions.acquire({ sessionFile: A, runId: 'on-a' });
    const parks = await sessions.acquire({ sessionFile: B, runId: 'parks' });

    // When the parked task asks for A
    const parked = onA.within(() =>
      parks.park(() => sessions.acquire({ sessionFile: A, parent: parks })),
    );

    // Then
    const error = await parked.catch((thrown: unknown) => thrown);
    expect(chainOf(error)).toEqual(['on-a', 'parks']);
    await parks.release();
    await onA.release();
  });
});
