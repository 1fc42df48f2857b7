import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { recordOf } from '../../../src/runs/run-handle.js';
import { loopTurn } from '../../runs/support/sessions.js';
import { createCountingController } from '../../support/counting-signal.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from './support/desk.js';
import { guestsAt, holdGuest, holdSection, sectionsOf, waitAsGuest } from './support/hold.js';
import { revokeEarly } from './support/revoke.js';

/** Everything that a run has at its gate. */
function leftOf(run: Run): object {
  const { work, queue } = recordOf(run) ?? {};
  const { open, knowledge } = queue?.gate ?? {};
  return {
    sections: work?.sections ?? 0,
    queued: work?.queued ?? 0,
    listeners: work?.listeners?.length ?? 0,
    guests: queue?.guests?.size ?? 0,
    open: open?.action,
    asked: recordOf(run)?.children?.size ?? 0,
    isKnown: knowledge !== undefined,
  };
}

const NOTHING = { sections: 0, queued: 0, listeners: 0, guests: 0, open: undefined, asked: 0 };

describe('what uses of the gate leave behind', () => {
  const desk = useDesk();
  useFakeTime();

  it('[A7] nothing but what is known of the file, while the run goes on', async () => {
    // Given sections, queued writes and guests that ended, failed, gave up and timed out
    const sessions = desk.open({ settleMs: 1_000 });
    const stop = createCountingController();
    const run = await sessions.acquire({ sessionFile: desk.file(), waitMs: 2_000 });
    const section = await holdSection(run);
    const waits = [
      run.transcript.append(1),
      run.transcript.enqueue(() => Promise.reject(new Error('queued'))),
      section.within(() => sessions.write(desk.file(), (t) => t.append(2))),
    ];
    const late = await waitAsGuest(sessions, run, { waitMs: 100 });
    const given = await waitAsGuest(sessions, run, { signal: stop.signal });
    const served = await waitAsGuest(sessions, run, { record: 3 });
    await vi.advanceTimersByTimeAsync(101);
    stop.abort();

    // When all of them are over
    await section.leave();
    await Promise.allSettled([...waits, late.outcome, given.outcome, served.outcome]);
    await loopTurn();

    // Then nothing of them is left
    expect(leftOf(run)).toEqual({ ...NOTHING, isKnown: true });
    expect(stop.signal.listeners).toBe(0);
    expect(desk.records()).toEqual([2, 1, 3]);
    await run.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[A7] nothing of a turn that was given up: it begins anew', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append(1);

    await run.park(async () => {
      await sessions.run({ sessionFile: desk.file() }, (other) => other.transcript.append(2));
    });
    await run.transcript.append(3);

    expect(leftOf(run)).toMatchObject(NOTHING);
    expect(run.signal.aborted).toBe(false);
    expect(desk.records()).toEqual([1, 2, 3]);
    await run.release();
  });

  it.each([
    ['released', (run: Run) => run.release()],
    ['revoked', (run: Run) => Promise.resolve(revokeEarly(run))],
  ])('[A7] nothing of a file whose last run was %s, once its guests are gone', async (_, end) => {
    // Given a run with sections open and waited for, and a guest that waits
    const sessions = desk.open({ settleMs: 0 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const own = run.transcript.append('own');
    own.catch(() => {});
    const guest = await waitAsGuest(sessions, run, { record: 'guest' });

    // When it ends
    const ended = end(run);
    await vi.advanceTimersByTimeAsync(1);
    await section.leave();
    await Promise.allSettled([ended, own, guest.outcome]);

    // Then the file is not in use any more; the stage looks at the rest
    expect(await sessions.runs.whenIdle({ file: desk.file(), waitMs: 0 })).toBe(true);
    expect(sectionsOf(run)).toBe(0);
    expect(guestsAt(run)).toBe(0);
  });

  it('[A7] a file stays in use as long as a guest is inside, and no longer', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    await run.release();

    const idle = sessions.runs.whenIdle({ file: desk.file() });
    expect(await sessions.runs.whenIdle({ file: desk.file(), waitMs: 0 })).toBe(false);
    await guest.leave();

    expect(await idle).toBe(true);
  });

  it('[V5] counters balance over guests of every outcome', async () => {
    // Given a file with an owner, and one without
    const sessions = desk.open();
    await everyOutcome(sessions, desk.file('a'), desk.file('b'));

    // When somebody counts
    const { counters } = sessions.inspect();

    // Then each guest is there once
    expect(counters).toMatchObject({
      requests: 7,
      granted: 2,
      joined: 2,
      timedOut: 1,
      aborted: 1,
      refused: 1,
      cancelled: 0,
    });
  });
});

/** The owner of `a`, a guest turn on `b`, and five guests of `a`. */
async function everyOutcome(sessions: Coordinator, a: string, b: string): Promise<void> {
  await sessions.write(b, (transcript) => transcript.append('turn'));
  const run = await sessions.acquire({ sessionFile: a });
  await sessions.write(a, (transcript) => transcript.append('let in'));
  await run.transcript.write(async () => {
    await sessions.write(a, (transcript) => transcript.append('inside'));
  });
  const section = await holdSection(run);
  const stop = new AbortController();
  const aborted = await waitAsGuest(sessions, run, { signal: stop.signal });
  stop.abort();
  const timedOut = sessions.write(a, () => {}, { waitMs: 0 });
  const refused = sessions.write(`${a}/no-folder`, () => {});
  await Promise.allSettled([aborted.outcome, timedOut, refused]);
  await section.leave();
  await run.release();
}
