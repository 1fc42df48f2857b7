import { describe, expect, it, vi } from 'vitest';
import {
  type Coordinator,
  DeadlockError,
  type InterruptOutcome,
  type Run,
} from '../../src/index.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { brief, errorOf } from './support/runs.js';

const A = 'memory:a';
const B = 'memory:b';

describe('an interrupt that the run itself would have to wait for', () => {
  useFakeTime();
  const desk = useDesk();

  type Inside = (sessions: Coordinator, run: Run) => Promise<InterruptOutcome>;

  it.each<[string, Inside]>([
    ['its task', (sessions) => sessions.interrupt({ runId: 'self' })],
    ['its task, by its file', (sessions) => sessions.interrupt({ sessionFile: A })],
    ['its prompt', (sessions, run) => run.prompt(() => sessions.interrupt(run)).catch(resultOf)],
    [
      'its maintenance',
      (sessions, run) =>
        run.maintain(() => sessions.interrupt(run), { deadlineMs: 1_000 }).catch(resultOf),
    ],
    ['its park', (sessions, run) => run.park(() => sessions.interrupt(run)).catch(resultOf)],
    [
      'a child that it awaits',
      (sessions, run) => sessions.run({ sessionFile: B }, () => sessions.interrupt(run)),
    ],
    [
      'a child of a child',
      (sessions, run) =>
        sessions.run({ sessionFile: B }, () =>
          sessions.run({ sessionFile: 'memory:c' }, () => sessions.interrupt(run)),
        ),
    ],
    [
      'a request that joined it',
      async (sessions) => {
        const told: InterruptOutcome[] = [];
        const joined = sessions.run({ sessionFile: A, onReentry: 'join' }, async () => {
          told.push(await sessions.interrupt({ runId: 'self' }));
        });
        await joined.catch(() => {});
        return told[0] as InterruptOutcome;
      },
    ],
  ])('[I1] is answered at once from %s', async (_, inside) => {
    // Given a run that interrupts itself, one way or another, and awaits that
    const sessions = desk.open();
    const seen: unknown[] = [];
    const outcome = sessions.run({ sessionFile: A, runId: 'self' }, async (run) => {
      const told = await inside(sessions, run);
      seen.push(brief(told), told.settled, told.waitedMs, run.signal.aborted, told.run?.phase);
    });

    // Then it was told to stop, was not made to wait, and could end by itself
    await expect(outcome).rejects.toMatchObject({ why: 'user' });
    expect(seen.slice(0, 4)).toEqual(['still-running self', false, 0, true]);
    expect(seen[4]).not.toBe('ended');
    expect(sessions.inspect().counters.ends.interrupted).toBe(1);
  });

  it('[I1] is answered at once from its own section', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'self' });
    const told = await run.transcript.write(() => sessions.interrupt(run));
    expect(brief(told)).toBe('still-running self');
    await run.release();
    expect(run.end).toBe('interrupted');
  });

  it('[I1] is answered at once from a section in which another run asks', async () => {
    // Given a run that is asked for inside a section of the owner
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    // When that one interrupts the owner
    const told = await owner.transcript.write(
      async () => await sessions.run({ sessionFile: B }, () => sessions.interrupt(owner)),
    );
    // Then it does not wait for the section that it keeps open
    expect(brief(told)).toBe('still-running owner');
    await owner.release();
  });

  it('is answered at once where the target waits for the end of the asker', async () => {
    // Given run b, which waits for run a to end
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: A, runId: 'a' });
    const b = await sessions.acquire({ sessionFile: B, runId: 'b' });
    const waiting = b.within(() => sessions.runs.whenEnded(a));
    // When a interrupts b
    const told = await a.within(() => sessions.interrupt(b));
    // Then a is not made to wait for itself
    expect(brief(told)).toBe('still-running b');
    expect(b.signal.aborted).toBe(true);
    await a.release();
    expect(await waiting).toBe(true);
    await b.release();
  });

  it('is answered at once where the target interrupts the asker, and waits for that', async () => {
    // Given run a, which interrupts run b and waits for its end
    const sessions = desk.open({ settleMs: 1_000 });
    const a = await sessions.acquire({ sessionFile: A, runId: 'a' });
    const b = await sessions.acquire({ sessionFile: B, runId: 'b' });
    const byA = a.within(() => sessions.interrupt(b));
    await settled();

    // When b interrupts a before it ends
    const byB = b.within(() => sessions.interrupt(a));

    // Then it is not made to wait for a run that waits for it, and both end by themselves
    expect(await stateOf(byB)).toMatchObject({ value: { status: 'still-running' } });
    await b.release();
    expect(brief(await byA)).toBe('ended b');
    await a.release();
    await byB;
    await vi.advanceTimersByTimeAsync(1_000);
  });

  it('keeps the target from waiting for the asker, which would never end', async () => {
    // Given run a, which waits for run b to end, however long that takes
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: A, runId: 'a' });
    const b = await sessions.acquire({ sessionFile: B, runId: 'b' });
    const told = a.within(() => sessions.interrupt(b, { settleMs: Infinity }));
    // When b waits for the end of a, or for its file
    const waits = [
      b.within(() => sessions.runs.whenEnded(a)),
      b.within(() => sessions.acquire({ sessionFile: A })),
    ];
    // Then each is refused with its chain
    const errors = await Promise.all(waits.map((wait) => errorOf(wait, DeadlockError)));
    const chains = errors.map(({ chain }) => chain.map(({ run }) => run.runId).join());
    expect(chains).toEqual(['a,b', 'a,b']);
    await b.release();
    expect(brief(await told)).toBe('ended b');
    await a.release();
    expect(await sessions.run({ sessionFile: A }, () => 'later')).toBe('later');
  });

  it('is waited for where it stands in for a run that only was around once', async () => {
    // Given code that outlived its run
    const sessions = desk.open();
    let late: Promise<InterruptOutcome> | undefined;
    let go: () => void = () => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    await sessions.run({ sessionFile: A, runId: 'first' }, () => {
      late = gone.then(() => sessions.interrupt({ runId: 'second' }));
    });
    const second = await sessions.acquire({ sessionFile: A, runId: 'second' });
    // When it interrupts the run that came after its own
    go();
    await settled();
    // Then it waits like anybody
    expect(await stateOf(late as Promise<unknown>)).toBe('pending');
    await second.release();
    expect(brief((await late) as InterruptOutcome)).toBe('ended second');
  });

  it('tells a child of the target that it has ended, where it ends in the call', async () => {
    // Given a run that ends in its abort listener, and a child that was asked for inside it
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: A, runId: 'a' });
    a.signal.addEventListener('abort', () => void a.release());
    const child = () => sessions.run({ sessionFile: B }, () => sessions.interrupt(a));
    // When the child interrupts it, then that is what was observed
    expect(brief(await a.within(child))).toBe('ended a');
  });

  it('is waited for from the run of another file that nobody awaits', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: A });
    const b = await sessions.acquire({ sessionFile: B, runId: 'b' });
    const told = a.within(() => sessions.interrupt(b));
    expect(await stateOf(told)).toBe('pending');
    await b.release();
    expect(brief(await told)).toBe('ended b');
    await a.release();
  });
});

/** What a window brought that its run had no turn for any more: the error carries it. */
function resultOf(error: unknown): InterruptOutcome {
  return (error as { result: InterruptOutcome }).result;
}
