import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Coordinator } from '../../src/index.js';
import { drain } from '../model/clock.js';
import { outcomeOf } from '../model/outcome.js';
import { useStage } from '../ownership/support/stage.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { numbersIn } from './support/interleave.js';

describe('sections, interleaved by hand', () => {
  const stage = useStage();
  const dir = useTempDir();

  const file = (): string => dir.join('session.jsonl');
  const numbers = (): number[] => numbersIn(readFileSync(file(), 'utf8'));

  /** A guest that is known to wait at the gate. */
  async function guestWaits(
    sessions: Coordinator,
    n: number,
  ): Promise<{ readonly written: Promise<void> }> {
    const written = sessions.write(file(), (into) => into.append({ n }));
    // Requests with one spelling arrive in the order of their calls.
    const [probe, { length }] = [new AbortController(), sessions.runs.waitingFor(file())];
    const behind = outcomeOf(sessions.acquire({ sessionFile: file(), signal: probe.signal }));
    while (sessions.runs.waitingFor(file()).length === length) await drain();
    probe.abort();
    await drain();
    expect(behind.code).toBe('ERR_SESSION_WAIT_ABORTED');
    return { written };
  }

  it('[D3] a release inside a section lets in what waited before, then guests, then the next', async () => {
    // Given a section, one that the owner waits for, a guest, and the next owner
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const released: { code?: string }[] = [];
    const section = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      released.push(outcomeOf(owner.release()));
      await into.append({ n: 1 });
    });
    const waiting = owner.transcript.append({ n: 2 });
    const guest = await guestWaits(sessions, 3);
    const next = sessions.run({ sessionFile: file() }, (run) => run.transcript.append({ n: 4 }));

    // When the run is released from inside the section
    gate.open();
    await Promise.all([section, waiting, guest.written, next]);

    // Then all of it was written, in that order, and the release did not wait for its own caller
    expect(numbers().slice(0, 2)).toEqual([1, 2]);
    expect(numbers().toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4]);
    expect(released).toEqual([{ code: 'value' }]);
    expect(owner.end).toBe('released');
  });

  it('[F12] a run that was released takes no new section while its last ones end', async () => {
    // Given an open section, and a run that was released meanwhile
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const section = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      await into.append({ n: 1 });
    });
    const releasing = owner.release();

    // When it wants another one
    const late = outcomeOf(owner.transcript.append({ n: 2 }));
    await drain();

    // Then that is refused, and the open one ends as it began
    expect([late.code, owner.phase]).toEqual(['ERR_SESSION_RUN_ENDED', 'finishing']);
    gate.open();
    await Promise.all([section, releasing]);
    expect(numbers()).toEqual([1]);
  });

  it('[F5] a guest that waits as the owner ends is let in before the next owner writes', async () => {
    // Given a guest behind a section of the owner, and the next owner, which writes at once
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const section = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      await into.append({ n: 1 });
    });
    const next = sessions.run({ sessionFile: file() }, async (run) => {
      await run.transcript.append({ n: 3 });
      return run.transcript.takeGuestWrites();
    });
    while (sessions.runs.waitingFor(file()).length === 0) await drain();
    const guest = await guestWaits(sessions, 2);

    // When the owner ends with its section
    const releasing = owner.release();
    gate.open();
    await Promise.all([section, releasing, guest.written, next]);

    // Then the guest came first
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it('[F1] an owner that asks later than a guest at the gate comes before it all the same', async () => {
    // Given an open section of the owner, and a guest that waits for its end
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const section = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      await into.append({ n: 1 });
    });
    const guest = await guestWaits(sessions, 4);

    // When the owner asks for two more sections
    const more = [owner.transcript.append({ n: 2 }), owner.transcript.append({ n: 3 })];
    gate.open();
    await Promise.all([section, guest.written, ...more]);

    // Then the guest comes last
    expect(numbers()).toEqual([1, 2, 3, 4]);
    await owner.release();
  });

  it('[D6] parks behind its queued writes, and the next owner begins after them', async () => {
    // Given queued writes, and one that waits for the file
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const first = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      await into.append({ n: 1 });
    });
    const second = owner.transcript.enqueue((into) => into.append({ n: 2 }));
    const next = sessions.run({ sessionFile: file() }, (run) => run.transcript.append({ n: 3 }));

    // When the owner parks
    const parked = owner.park(() => next);
    await drain();
    expect(owner.phase).toBe('active');
    gate.open();
    await Promise.all([first, second, parked]);

    // Then they were written first, and nothing is in the way of its next section
    await owner.transcript.append({ n: 4 });
    expect(numbers()).toEqual([1, 2, 3, 4]);
    await owner.release();
  });

  it('[D6] [A7] parks once where it was asked to twice, both behind queued writes', async () => {
    // Given a queued write
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const queued = owner.transcript.enqueue(() => gate.opened);

    // When its owner parks twice, and the write ends
    const [one, other] = [outcomeOf(owner.park(() => 1)), outcomeOf(owner.park(() => 2))];
    gate.open();
    await queued;
    for (let turn = 0; turn < 5; turn += 1) await drain();

    // Then the second is refused, and the run owns as before
    expect([one.code, other.code]).toEqual(['value', 'ERR_SESSION_NOT_OWNER']);
    await owner.transcript.append({ n: 1 });
    await owner.release();
  });

  it('[T8] [A3] the end of a parked run leaves the sections of the present owner alone', async () => {
    // Given a parked run, and an owner with one section open and one that it waits for
    const sessions = stage.open();
    const parked = await sessions.acquire({ sessionFile: file() });
    await parked.transcript.append({ n: 1 });
    const away = createGate();
    const back = outcomeOf(parked.park(() => away.opened));
    const owner = await sessions.acquire({ sessionFile: file() });
    const gate = createGate();
    const open = owner.transcript.enqueue(async (into) => {
      await gate.opened;
      await into.append({ n: 2 });
    });
    const waiting = outcomeOf(owner.transcript.append({ n: 3 }));

    // When the parked one ends
    await parked.release();
    gate.open();
    await open;
    await drain();

    // Then the owner has written, and ends without delay
    expect([waiting.code, numbers()]).toEqual(['value', [1, 2, 3]]);
    await owner.release();
    away.open();
    await drain();
    expect(back.code).toBe('ERR_SESSION_RUN_ENDED');
  });
});
