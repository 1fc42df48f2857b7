import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Coordinator, type Run, SessionError } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';

/**
 * Work inside other work: a run, a section of the innermost run, a guest or a window. Waits that are
 * not refused but end by time are left out: the way back from park, writes queued behind others, and
 * what a guest does that keeps the owner waiting.
 */
interface Plan {
  readonly what: 'run' | 'write' | 'enqueue' | 'append' | 'guest' | 'maintain';
  readonly file: number;
  readonly isAwaited: boolean;
  readonly inner: readonly Plan[];
}

function plansOf(depth: number): fc.Arbitrary<readonly Plan[]> {
  const plan = fc.record({
    what: fc.constantFrom<Plan['what']>(
      ...(['run', 'run', 'run', 'write', 'enqueue', 'append'] as const),
      ...(['guest', 'guest', 'maintain'] as const),
    ),
    file: fc.nat({ max: 2 }),
    isAwaited: fc.boolean(),
    inner: depth === 0 ? fc.constant([]) : plansOf(depth - 1),
  });
  return fc.array(plan.map(asLeaf), { maxLength: 3 });
}

function asLeaf(plan: Plan): Plan {
  return plan.what === 'enqueue' || plan.what === 'guest' ? { ...plan, inner: [] } : plan;
}

/** A refusal is an answer; a wait that only time would end is a hang. */
function expectAnswer(error: unknown): void {
  if (SessionError.is(error) && error.code !== 'ERR_SESSION_WAIT_TIMEOUT') return;
  throw error;
}

/** Real files take as long as the machine takes; whoever hangs does so for longer. */
const HANGS_MS = 20_000;
const realNowMs = performance.now.bind(performance);

describe('sections and runs inside each other, over several files', () => {
  const stage = useStage();
  const dir = useTempDir();

  const fileOf = (file: number): string => dir.join(`session ${file}.jsonl`);

  async function perform(
    sessions: Coordinator,
    plans: readonly Plan[],
    run: Run | undefined,
    codes: string[],
  ): Promise<void> {
    const loose: Promise<void>[] = [];
    for (const one of plans) {
      const answer = start(sessions, one, run, codes).catch((error: unknown) => {
        expectAnswer(error);
        codes.push((error as SessionError).code);
      });
      if (one.isAwaited) await answer;
      else loose.push(answer);
    }
    await Promise.all(loose);
  }

  async function start(
    sessions: Coordinator,
    { what, file, inner }: Plan,
    run: Run | undefined,
    codes: string[],
  ): Promise<void> {
    const sessionFile = fileOf(file);
    const go = (around: Run | undefined = run): Promise<void> =>
      perform(sessions, inner, around, codes);
    if (what === 'guest') {
      await sessions.write(sessionFile, () => go());
      return;
    }
    if (run === undefined) {
      await sessions.run({ sessionFile, onReentry: 'refuse' }, go);
      return;
    }
    const { transcript } = run;
    const calls = {
      run: () => sessions.run({ sessionFile, onReentry: 'join' }, go),
      write: () => transcript.write(() => go()),
      enqueue: () => transcript.enqueue(() => go()),
      append: () => transcript.append({ file }),
      maintain: () => run.maintain(() => go(), { deadlineMs: 60_000 }),
    };
    await calls[what]();
  }

  it(
    '[D5] [D4] [D2] [D3] come to an end without any time passing',
    { timeout: 60_000 },
    async () => {
      const tally = { refused: 0 };
      const property = fc.asyncProperty(plansOf(3), async (lanes) => {
        // Given lanes that nest runs, sections, guests and windows in any order
        const sessions = stage.open({ waitMs: 900_000, stuckAfterMs: false, settleMs: 800_000 });
        const codes: string[] = [];
        const progress = { isOver: false };
        const over = Promise.all(lanes.map((lane) => perform(sessions, [lane], undefined, codes)));
        const ended = over.finally(() => (progress.isOver = true));

        // When nothing but what needs no time happens
        const begunMs = realNowMs();
        const hasTime = (turn: number): boolean =>
          turn < 20_000 || realNowMs() - begunMs < HANGS_MS;
        for (let turn = 0; !progress.isOver && hasTime(turn); turn += 1) {
          await new Promise<void>((resolve) => void setImmediate(resolve));
        }

        // Then everybody has an answer, and nobody was taken for a stranger
        const { held, waiting, parked } = sessions.inspect();
        expect({ held, waiting, parked }).toEqual({ held: [], waiting: [], parked: [] });
        expect(progress.isOver).toBe(true);
        await ended;
        expect(codes).not.toContain('ERR_SESSION_TAKEOVER');
        tally.refused += codes.length;
      });
      await fc.assert(property, { numRuns: 150 });
      expect(tally.refused).toBeGreaterThan(0);
    },
  );

  it('[D5] refuse no wait that could end: two files in one order, guests of both inside', async () => {
    // Given lanes that take two files in the same order, and write to both in sections
    const sessions = stage.open({ waitMs: 60_000, stuckAfterMs: 30_000 });
    const [first, second] = [fileOf(0), fileOf(1)];
    const lane = async (n: number): Promise<void> =>
      await sessions.run({ sessionFile: first }, async (outer) => {
        await outer.transcript.enqueue(async (into) => {
          await into.append({ n });
          await sessions.write(second, (other) => other.append({ n }));
        });
        await sessions.run({ sessionFile: second }, async (inner) => {
          await inner.transcript.append({ n });
          await sessions.write(first, (into) => into.append({ n }));
        });
      });

    // When ten of them run at the same time
    const lanes = Array.from({ length: 10 }, (_, n) => lane(n));

    // Then none is refused
    await expect(Promise.all(lanes)).resolves.toHaveLength(10);
  });
});
