import { describe, expect, it } from 'vitest';
import { type Coordinator, createCoordinator } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { advanceFakeTime, drain } from './clock.js';
import { outcomeOf } from './outcome.js';

const FILE = 'memory:interleaved';

/** Circles that close in an order which random sequences rarely find. */
describe('waits in a circle, interleaved by hand', () => {
  useFakeTime();

  function make(): Coordinator {
    return createCoordinator({ isolated: true });
  }

  it('[D4] refuses to resume behind an owner that waits for the end of the parked run', async () => {
    // Given a parked run, and an owner that waits for its end
    const sessions = make();
    const parked = await sessions.acquire({ sessionFile: FILE });
    const gate = createGate();
    const back = outcomeOf(parked.park(() => gate.opened));
    const owner = await sessions.acquire({ sessionFile: FILE });
    const ended = outcomeOf(owner.within(() => sessions.runs.whenEnded(parked.runId)));

    // When the parked run wants its turn back
    gate.open();
    await drain();

    // Then it is told at once that its wait could never end
    expect(back.code).toBe('ERR_SESSION_DEADLOCK');
    await parked.release();
    await owner.release();
    await drain();
    expect(ended.code).toBe('value');
  });

  it('[D4] refuses to close again from inside a run that the first closing waits for', async () => {
    // Given a coordinator that is closing, and its owner
    const sessions = make();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const first = outcomeOf(sessions.close());

    // When the owner waits for the closing too
    const second = outcomeOf(owner.within(() => sessions.close()));
    await drain();

    // Then that wait is refused, and the first goes on
    expect(second.code).toBe('ERR_SESSION_DEADLOCK');
    await owner.release();
    await drain();
    expect(first.code).toBe('value');
  });

  it('[D4] keeps a wait for an end in mind when another wait for it gives up', async () => {
    // Given an owner that waits twice for the end of another, once for a while only
    const sessions = make();
    const one = await sessions.acquire({ sessionFile: 'memory:one' });
    const other = await sessions.acquire({ sessionFile: 'memory:other' });
    const short = one.within(() => sessions.runs.whenEnded(other.runId, { waitMs: 10 }));
    const long = one.within(() => sessions.runs.whenEnded(other.runId));
    await advanceFakeTime(10);
    await expect(short).resolves.toBe(false);

    // When the other one wants the file of the first
    const request = other.within(() => sessions.acquire({ sessionFile: 'memory:one' }));

    // Then the circle is found
    await expect(request).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
    await other.release();
    await expect(long).resolves.toBe(true);
    await one.release();
  });

  it('[D4] counts what a run has asked for to the run around it, once it has ended', async () => {
    // Given a run inside another, that asked for a third file and ended without waiting for it
    const sessions = make();
    const outer = await sessions.acquire({ sessionFile: 'memory:outer' });
    const inner = await outer.within(() => sessions.acquire({ sessionFile: 'memory:inner' }));
    const other = await sessions.acquire({ sessionFile: 'memory:other' });
    const asked = inner.within(() => sessions.acquire({ sessionFile: 'memory:other' }));
    await inner.release();

    // When the owner of that file wants the file of the outer run
    const request = other.within(() => sessions.acquire({ sessionFile: 'memory:outer' }));

    // Then the circle is found
    await expect(request).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
    await other.release();
    await (await asked).release();
    await outer.release();
  });

  it('[D4] lets a child own the file of its parked parent, and its own child ask for it', async () => {
    // Given a parked run whose child owns its file
    const sessions = make();
    const sessionFile = 'memory:shared';
    const parent = await sessions.acquire({ sessionFile });
    const codes: { code?: string }[] = [];

    // When that child asks for the file again
    await parent.park(async () => {
      const child = await sessions.acquire({ sessionFile });
      codes.push(outcomeOf(child.within(() => sessions.acquire({ sessionFile }))));
      codes.push(
        outcomeOf(child.within(() => sessions.run({ sessionFile, onReentry: 'join' }, () => 1))),
      );
      await drain();
      await child.release();
    });

    // Then the run around it is the child, not the parked parent
    expect(codes).toEqual([{ code: 'ERR_SESSION_DEADLOCK' }, { code: 'value' }]);
    await parent.release();
  });
});
