import type { Coordinator, Run } from '../../../../src/index.js';
import { until } from '../../../runs/support/sessions.js';
import { guestsAt, type Held, holdSection } from './hold.js';

/** Two files, each with an owner that is inside a section. */
export interface Pair {
  readonly a: Run;
  readonly b: Run;
  readonly inA: Held<string>;
  readonly inB: Held<string>;
}

export async function openPair(
  sessions: Coordinator,
  file: (name: string) => string,
): Promise<Pair> {
  const a = await sessions.acquire({ sessionFile: file('a'), runId: 'on-a' });
  const b = await sessions.acquire({ sessionFile: file('b'), runId: 'on-b' });
  return { a, b, inA: await holdSection(a), inB: await holdSection(b) };
}

export async function endPair({ a, b, inA, inB }: Pair): Promise<void> {
  await inA.leave();
  await inB.leave();
  await Promise.all([a.release(), b.release()]);
}

/** A guest write from inside one section to the other file, which is known to wait. */
export async function askedInside(
  sessions: Coordinator,
  from: Held<string>,
  to: Run,
): Promise<Promise<unknown>[]> {
  const outcome = from.within(() => sessions.write(to.sessionFile, (t) => t.append('guest')));
  outcome.catch(() => {});
  await until(() => guestsAt(to) === 1);
  return [outcome];
}
