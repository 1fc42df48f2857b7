import { describe, expect, it, vi } from 'vitest';
import { RUN_KINDS, type RunKind } from '../../src/index.js';
import { isMoreUrgentKind, rankOf, urgencyMsOf } from '../../src/ownership/run/urgency.js';
import { fakeTime, useFakeTime } from '../support/fake-time.js';
import { useStage } from './support/stage.js';
import { settled } from './support/steps.js';

const FILE = 'memory:a';

describe('urgencyMsOf()', () => {
  it('[O9] gives each kind its head start', () => {
    const starts = RUN_KINDS.map((kind) => 1_000_000 - urgencyMsOf(kind, 1_000_000));

    expect(starts).toEqual([120_000, 90_000, 60_000, 30_000, 10_000, 0]);
  });

  it('rankOf() and isMoreUrgentKind() follow the order of the kinds', () => {
    expect(RUN_KINDS.map(rankOf)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(isMoreUrgentKind('person', 'command')).toBe(true);
    expect(isMoreUrgentKind('cron', 'cron')).toBe(false);
    expect(isMoreUrgentKind('maintenance', 'heartbeat')).toBe(false);
  });
});

describe('the order of grants', () => {
  useFakeTime();
  const stage = useStage();

  /** Queues one run per step behind an owner; answers the order in which they were granted. */
  async function order(
    arrivals: readonly { kind: RunKind; afterMs?: number }[],
  ): Promise<string[]> {
    const sessions = stage.open({ waitMs: Infinity, maxWaiting: Infinity, yieldAfterMs: Infinity });
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const served: string[] = [];
    const all: Promise<void>[] = [];
    for (const [index, { kind, afterMs = 0 }] of arrivals.entries()) {
      await vi.advanceTimersByTimeAsync(afterMs);
      const task = (): void => void served.push(`${kind} ${index}`);
      all.push(sessions.run({ sessionFile: FILE, kind }, task));
    }
    await owner.release();
    await Promise.all(all);
    return served;
  }

  it('[O9] equal kinds are served first come, first served', async () => {
    const kinds = Array.from({ length: 20 }, () => ({ kind: 'cron' as const }));

    expect(await order(kinds)).toEqual(kinds.map((_, index) => `cron ${index}`));
  });

  it('[O9][R3] kinds that arrive together are served in the order of their urgency', async () => {
    const kinds = [...RUN_KINDS].reverse().map((kind) => ({ kind }));

    expect(await order(kinds)).toEqual(RUN_KINDS.map((kind, index) => `${kind} ${5 - index}`));
  });

  it.each([
    ['command', 30_000],
    ['child', 60_000],
    ['cron', 90_000],
    ['heartbeat', 110_000],
    ['maintenance', 120_000],
  ] as const)(
    '[O9] a person overtakes a waiting %s run that came up to %i ms before, and no earlier one',
    async (kind, leadMs) => {
      expect(await order([{ kind }, { kind: 'person', afterMs: leadMs - 1 }])).toEqual([
        'person 1',
        `${kind} 0`,
      ]);
      expect(await order([{ kind }, { kind: 'person', afterMs: leadMs }])).toEqual([
        `${kind} 0`,
        'person 1',
      ]);
    },
  );

  it('[O9][R6] maintenance is served in the end, however many persons keep arriving', async () => {
    // Given maintenance that waits behind a person
    const sessions = stage.open();
    const served: string[] = [];
    const lane = async (name: string, kind: RunKind): Promise<void> => {
      await sessions.run({ sessionFile: FILE, kind }, async () => {
        served.push(name);
        await fakeTime(10_000);
      });
    };
    const all = [lane('person 0', 'person'), lane('maintenance', 'maintenance')];

    // When a person arrives every ten seconds, so that one always waits
    for (let index = 1; index <= 20; index += 1) {
      all.push(lane(`person ${index}`, 'person'));
      await vi.advanceTimersByTimeAsync(10_000);
    }

    // Then its turn came as soon as it had waited for the head start of a person
    expect(served.indexOf('maintenance')).toBe(13);
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(all);
  });

  it('[O9] N waiters are served in N steps, whatever their kinds', async () => {
    // Given many waiting runs of all kinds
    const sessions = stage.open({ maxWaiting: 300 });
    const owner = await sessions.acquire({ sessionFile: FILE });
    let steps = 0;
    const runs = Array.from({ length: 300 }, async (_, index) => {
      const run = await sessions.acquire({ sessionFile: FILE, kind: RUN_KINDS[index % 6] });
      steps += 1;
      // Then one of them is served with each step
      expect(sessions.runs.waitingFor(FILE)).toHaveLength(300 - steps);
      await run.release();
    });
    await settled();

    // When each owner in turn releases once
    await owner.release();
    await Promise.all(runs);

    expect(steps).toBe(300);
  });

  it('[O9] a request made synchronously after a release does not barge in', async () => {
    // Given an owner and a waiting heartbeat
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const heartbeat = sessions.acquire({ sessionFile: FILE, kind: 'heartbeat', runId: 'beat' });
    await settled();

    // When a person asks in the very step in which the file became free
    void owner.release();
    const person = sessions.acquire({ sessionFile: FILE });

    // Then the one that waited owns
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('beat');
    await (await heartbeat).release();
    await (await person).release();
  });

  it('waitingFor() lists the waiting runs in the order in which they are served', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const kinds: RunKind[] = ['cron', 'person', 'maintenance', 'command', 'person'];
    const served: RunKind[] = [];
    const runs = kinds.map((kind) =>
      sessions.run({ sessionFile: FILE, kind }, () => void served.push(kind)),
    );
    const listed = sessions.runs.waitingFor(FILE).map(({ kind }) => kind);

    await owner.release();
    await Promise.all(runs);

    expect(listed).toEqual(served);
  });
});
