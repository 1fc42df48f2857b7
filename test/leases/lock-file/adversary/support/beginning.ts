import { MemoryDisk } from '../../support/memory-disk.js';
import { claimText } from './judged.js';
import type { Scenario, State } from './scenario.js';
import { changed, stepped } from './successors.js';
import { type Contender, contender, FOLDER } from './world.js';

/**
 * Where exploring begins: after the prologue, whose lines are the letter of a contender and what it
 * does: `deed` (a whole one), `suspend`, `resume`, or a number of calls.
 */
export function beginning(scenario: Scenario): State {
  const rich = { ...scenario, suspensions: 9 };
  return (scenario.prologue ?? []).reduce(
    (state, line) => ({ ...rehearsed(state, line, rich), spent: state.spent }),
    atFirst(scenario),
  );
}

function rehearsed(state: State, line: string, scenario: Scenario): State {
  const [id, what] = line.split(' ') as [string, string];
  const index = state.world.contenders.findIndex((who) => who.id === id);
  const goes = (from: State): State => stepped(from, index, scenario, {}) as State;
  if (what === 'suspend') {
    return changed(state, index, what, { isSuspended: true, wasSilent: true }, {});
  }
  if (what === 'resume') return changed(state, index, what, { isSuspended: false }, {});
  let now = goes(state);
  const { at } = state.world.contenders[index] as Contender;
  const isSame = (): boolean => now.world.contenders[index]?.at === at;
  for (let calls = 1; what === 'deed' ? isSame() : calls < Number(what); calls += 1)
    now = goes(now);
  return now;
}

function atFirst({ deeds, names, traits }: Scenario): State {
  const disk = new MemoryDisk(traits);
  if (names !== undefined) {
    disk.makeFolder(FOLDER);
    for (const name of names) disk.create(`${FOLDER}/${name}`, claimText('Z'));
  }
  const contenders = deeds.map((own, index) => contender('ABCDE'[index] as string, own));
  const spent = { suspensions: 0, crashes: 0, misses: 0, failures: 0 };
  return { world: { disk, contenders }, spent, top: { token: 0n, id: '' }, action: 'begin' };
}
