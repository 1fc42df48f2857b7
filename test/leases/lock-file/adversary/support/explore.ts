import { beginning } from './beginning.js';
import type { Scenario, State } from './scenario.js';
import { successors } from './successors.js';
import { wrongAtEnd, wrongNow } from './verdicts.js';

export interface Explored {
  readonly states: number;
  readonly isComplete: boolean;
  /** The first state of each kind that must not be, with the way there. */
  readonly found: ReadonlyMap<string, readonly string[]>;
}

/** Every order of the calls of all contenders, shortest first, until so many states were seen. */
export function explore(scenario: Scenario): Explored {
  const { mostStates = 50_000 } = scenario;
  const seen = new Set<string>();
  const found = new Map<string, readonly string[]>();
  let edge: State[] = [beginning(scenario)];
  while (edge.length > 0 && seen.size < mostStates) {
    const next: State[] = [];
    for (const state of edge) {
      const after = successors(state, scenario);
      const wrong = after.length === 0 ? wrongAtEnd(state) : undefined;
      if (wrong !== undefined && !found.has(wrong)) found.set(wrong, wayTo(state));
      for (const one of after) {
        const key = keyOf(one);
        if (seen.has(key)) continue;
        seen.add(key);
        const kind = wrongNow(one);
        if (kind === undefined) next.push(one);
        else if (!found.has(kind)) found.set(kind, wayTo(one));
      }
    }
    edge = next;
  }
  return { states: seen.size, isComplete: edge.length === 0, found };
}

/** One of all orders. Undefined where nothing was wrong on the way. */
export function wander(
  scenario: Scenario,
  choose: (most: number) => number,
): readonly [kind: string, way: readonly string[]] | undefined {
  let state = beginning(scenario);
  let last = '';
  for (;;) {
    const after = successors(state, scenario);
    if (after.length === 0) break;
    // Mostly whoever was at it goes on: what is rare is to be kept from going on for long.
    const same = after.filter(({ action }) => action.startsWith(last));
    const from = same.length > 0 && choose(4) > 0 ? same.slice(0, 1) : after;
    const next = from[choose(from.length)] as State;
    const kind = wrongNow(next);
    if (kind !== undefined) return [kind, wayTo(next)];
    last = next.action.slice(0, 2);
    state = next;
  }
  const kind = wrongAtEnd(state);
  return kind === undefined ? undefined : [kind, wayTo(state)];
}

function keyOf({ world, spent }: State): string {
  const told = world.contenders.map((who) => {
    const { at, belief, held, wasSilent, isSuspended, isDead, task } = who;
    const flags = [at, belief, held, wasSilent, isSuspended, isDead].join();
    return `${flags} ${JSON.stringify(task.answers, plainly)}`;
  });
  return [world.disk.key(), Object.values(spent).join(), ...told].join('\n');
}

function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? value.message : value;
}

function wayTo(state: State): string[] {
  const way: string[] = [];
  for (let at: State | undefined = state; at !== undefined; at = at.before) way.unshift(at.action);
  const names = [...state.world.disk.folders].map(([path, folder]) => [path, ...folder.keys()]);
  return [...way, JSON.stringify(names)];
}
