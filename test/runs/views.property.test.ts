import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Coordinator,
  createCoordinator,
  type Run,
  RUN_KINDS,
  type RunView,
} from '../../src/index.js';
import { expectBalanced, expectIdle, freshMarker, idsOf, loopTurn } from './support/sessions.js';

type Step =
  | { readonly do: 'ask'; readonly file: number; readonly key: number; readonly kind: number }
  | { readonly do: 'release' | 'abort' | 'park' | 'unpark' | 'join'; readonly at: number }
  | { readonly do: 'rebind'; readonly at: number; readonly key: number };

const FILES = 3;
const KEYS = 4;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      file: fc.nat(FILES - 1),
      key: fc.nat(KEYS - 1),
      kind: fc.nat(RUN_KINDS.length - 1),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('release', 'abort', 'park', 'unpark', 'join'),
      at: fc.nat(20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rebind' as const),
      at: fc.nat(20),
      key: fc.nat(KEYS - 1),
    }),
  },
);

/** Runs of one coordinator on a few files, driven step by step. */
class World {
  readonly coordinator = createCoordinator({ isolated: true, yieldAfterMs: Infinity });
  readonly files: readonly string[] = Array.from({ length: FILES }, freshMarker);
  readonly controllers: AbortController[] = [];
  readonly owned: Run[] = [];
  readonly ended = new Set<string>();
  readonly parked: { readonly run: Run; open(): void }[] = [];
  #asked = 0;

  async take(step: Step): Promise<void> {
    if (step.do === 'ask') this.#ask(step.file, step.key, step.kind);
    else if (step.do === 'abort') pick(this.controllers, step.at)?.abort();
    else if (step.do === 'unpark') pick(this.parked, step.at)?.open();
    else await this.#act(step, pick(this.owned, step.at));
    await loopTurn();
  }

  #ask(file: number, key: number, kind: number): void {
    const controller = new AbortController();
    const runId = `run-${(this.#asked += 1)}`;
    this.controllers.push(controller);
    this.coordinator
      .acquire({
        sessionFile: this.files[file] ?? '',
        sessionKey: `key-${key}`,
        sessionId: `id-${key % 2}`,
        kind: RUN_KINDS[kind],
        signal: controller.signal,
        runId,
        waitMs: Infinity,
      })
      .then(
        (run) => this.owned.push(run),
        () => this.ended.add(runId),
      );
  }

  async #act(step: Exclude<Step, { do: 'ask' }>, run: Run | undefined): Promise<void> {
    if (run === undefined || run.phase === 'ended') return;
    if (step.do === 'release') {
      await run.release();
      this.ended.add(run.runId);
    } else if (step.do === 'rebind') run.rebind({ sessionKey: `key-${step.key}` });
    else if (run.phase !== 'active') return;
    else if (step.do === 'join') await this.#join(run);
    else this.#park(run);
  }

  async #join(run: Run): Promise<void> {
    const { sessionFile } = run;
    const joined = await this.coordinator.acquire({ sessionFile, parent: run, onReentry: 'join' });
    expect(joined.runId).toBe(run.runId);
    await joined.release();
  }

  #park(run: Run): void {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.parked.push({ run, open });
    run.park(() => opened, { waitMs: Infinity }).catch(() => undefined);
  }

  async end(): Promise<void> {
    for (let turn = 0; this.coordinator.runs.size > 0 && turn < 1_000; turn += 1) {
      for (const run of this.owned) await run.release();
      await loopTurn();
    }
  }
}

function pick<T>(from: readonly T[], at: number): T | undefined {
  return from.length === 0 ? undefined : from[at % from.length];
}

const sorted = (views: readonly RunView[]): RunView[] =>
  [...views].sort((one, other) => one.runId.localeCompare(other.runId));

/** Every look-up must tell of the same runs, and of each the same. */
function expectOneTruth(world: World): void {
  const { coordinator, files } = world;
  const { runs } = coordinator;
  const { held, waiting, parked } = coordinator.inspect();
  const all = runs.list();
  expect(runs.size).toBe(all.length);
  expect(sorted([...held, ...waiting, ...parked])).toEqual(sorted(all));
  expect(new Set(held.map(({ sessionFile }) => sessionFile)).size).toBe(held.length);
  for (const view of all) expect(runs.byRunId(view.runId)).toEqual(view);
  for (let key = 0; key < KEYS; key += 1) {
    const byKey = all.filter(({ sessionKey }) => sessionKey === `key-${key}`);
    expect(sorted(runs.bySessionKey(`key-${key}`))).toEqual(sorted(byKey));
    const byId = all.filter(({ sessionId }) => sessionId === `id-${key}`);
    expect(sorted(runs.bySessionId(`id-${key}`))).toEqual(sorted(byId));
  }
  for (const file of files) {
    const owner = held.find(({ sessionFile }) => sessionFile === file);
    expect(runs.bySessionFile(file)).toEqual(owner);
    const queued = waiting.filter(({ sessionFile }) => sessionFile === file);
    const shown = runs.waitingFor(file);
    expect(shown.filter(({ phase }) => phase === 'waiting')).toEqual(queued);
    for (const view of [...shown, ...(owner ? [owner] : [])]) {
      expect(view.waiting).toBe(queued.length);
    }
    expect(shown.length === 0 || owner !== undefined).toBe(true);
  }
  for (const runId of world.ended) expect(runs.byRunId(runId)).toBeUndefined();
}

function expectHandlesAgree(coordinator: Coordinator, handles: readonly Run[]): void {
  const { held, parked } = coordinator.inspect();
  const alive = handles.filter(({ phase }) => phase !== 'ended').map((run) => run.toJSON());
  expect(sorted(alive)).toEqual(sorted([...held, ...parked]));
}

describe('RunIndex', () => {
  it('[A1] [A4] shows the same runs in every view after any operations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        // Given any operations on a few files
        const world = new World();
        for (const one of steps) {
          // When one of them has been done
          await world.take(one);
          // Then look-ups, snapshots, handles and counters agree
          expectOneTruth(world);
          expectHandlesAgree(world.coordinator, world.owned);
          expectBalanced(world.coordinator);
        }
        await world.end();
        expectIdle(world.coordinator);
      }),
      { numRuns: 150 },
    );
  });

  it('[A1] tells listeners of the same runs in every view at every event', async () => {
    // Given a listener that compares the views whenever something happened
    let looked = 0;
    const coordinator = createCoordinator({
      isolated: true,
      onEvent: () => {
        looked += 1;
        const { held, waiting, parked } = coordinator.inspect();
        const shown = idsOf([...held, ...waiting, ...parked]).sort();
        expect(idsOf(coordinator.runs.list()).sort()).toEqual(shown);
        expect(idsOf(coordinator.runs.bySessionKey('lane')).sort()).toEqual(shown);
        expectBalanced(coordinator);
      },
    });
    // When lanes take turns, park and fail
    const sessionFile = freshMarker();
    const request = { sessionFile, sessionKey: 'lane' };
    await Promise.allSettled([
      coordinator.run(request, async (run) => await run.park(async () => await loopTurn())),
      coordinator.run(request, () => Promise.reject(new Error('failed'))),
      coordinator.run({ ...request, waitMs: 0 }, () => undefined),
      coordinator.run(request, async () => await loopTurn()),
    ]);
    // Then it never saw two of them differ
    expect(looked).toBe(15);
    expectIdle(coordinator);
  });
});
