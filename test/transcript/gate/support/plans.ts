import * as fc from 'fast-check';
import { type Coordinator, type Run, SessionError } from '../../../../src/index.js';
import { loopTurn } from '../../../runs/support/sessions.js';

/**
 * Something that asks for a file, and what is done inside it. Neither a prompt, which waits for
 * queued writes while there is time to settle, nor a park, whose way back ends with its `waitMs`:
 * here nothing ends by time.
 */
export interface Plan {
  readonly how: 'turn' | 'join' | 'guest' | 'section' | 'queued' | 'rewrite';
  readonly file: number;
  readonly inParallel: boolean;
  readonly pause: number;
  readonly inner: readonly Plan[];
}

export function plansOf(depth: number, files: number): fc.Arbitrary<readonly Plan[]> {
  const plan: fc.Arbitrary<Plan> = fc.record({
    how: fc.constantFrom(
      'turn',
      'join',
      'guest',
      'guest',
      'section',
      'section',
      'queued',
      'rewrite',
    ),
    file: fc.nat(files - 1),
    inParallel: fc.boolean(),
    pause: fc.nat(3),
    inner: depth === 0 ? fc.constant([]) : plansOf(depth - 1, files),
  });
  return fc.array(plan.map(asLeaf), { maxLength: 3 });
}

/**
 * Queued writes wait for what was queued before, and a guest that keeps the owner waiting loses its
 * section after the time to settle: neither is refused, so nothing is asked for inside them.
 */
function asLeaf(plan: Plan): Plan {
  return plan.how === 'queued' || plan.how === 'guest' ? { ...plan, inner: [] } : plan;
}

/** The runs in whose context a plan is performed, by file. */
type Runs = ReadonlyMap<number, Run>;

/** Performs plans, and counts what they wrote. */
export class Performer {
  /** For each file, how many records reached it as far as their writers were told. */
  readonly written = new Map<number, number>();
  readonly #sessions: Coordinator;
  readonly #pathOf: (file: number) => string;

  constructor(sessions: Coordinator, pathOf: (file: number) => string) {
    this.#sessions = sessions;
    this.#pathOf = pathOf;
  }

  async perform(plans: readonly Plan[], inParallel: boolean, runs: Runs = new Map()) {
    const start = (plan: Plan): Promise<unknown> => this.#start(plan, runs).catch(ignoreRefusal);
    if (inParallel) await Promise.all(plans.map(start));
    else for (const plan of plans) await start(plan);
  }

  async #start(plan: Plan, runs: Runs): Promise<unknown> {
    const { how, file } = plan;
    const sessionFile = this.#pathOf(file);
    const run = runs.get(file);
    const inner = (): Promise<void> => this.#inner(plan, runs);
    if (how === 'guest') {
      return await this.#sessions.write(sessionFile, async (transcript) => {
        await inner();
        await this.#count(file, transcript.append(how));
      });
    }
    if (how === 'turn' || how === 'join' || run === undefined) {
      const onReentry = how === 'join' ? 'join' : 'refuse';
      return await this.#sessions.run({ sessionFile, onReentry }, (own) =>
        this.#inner(plan, new Map([...runs, [file, own]])),
      );
    }
    if (how === 'section') return await run.transcript.write(inner);
    if (how === 'queued') {
      return await run.transcript.enqueue(async (transcript) => {
        await inner();
        await this.#count(file, transcript.append(how));
      });
    }
    return await run.transcript.rewrite(async (current) => {
      await inner();
      return current;
    });
  }

  async #inner(plan: Plan, runs: Runs): Promise<void> {
    for (let turn = 0; turn < plan.pause; turn += 1) await loopTurn();
    const run = runs.get(plan.file);
    if (run) await this.#count(plan.file, run.transcript.append(plan.how)).catch(ignoreRefusal);
    await this.perform(plan.inner, plan.inParallel, runs);
  }

  async #count(file: number, write: Promise<void>): Promise<void> {
    await write;
    this.written.set(file, (this.written.get(file) ?? 0) + 1);
  }
}

/** Refusals are answers. Whatever ended by time hung, and nobody here is a stranger. */
function ignoreRefusal(error: unknown): void {
  const isWrong = ['ERR_SESSION_WAIT_TIMEOUT', 'ERR_SESSION_TAKEOVER', 'ERR_SESSION_IO'];
  if (SessionError.is(error) && !isWrong.includes(error.code)) return;
  throw error;
}
