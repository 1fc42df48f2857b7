import { systemError } from '../../support/memory-disk.js';
import type { Scenario, Spent, State } from './scenario.js';
import { holdersOf } from './verdicts.js';
import { type Contender, step } from './world.js';

/** All that can happen next. */
export function successors(state: State, scenario: Scenario): State[] {
  return state.world.contenders.flatMap((who, index) => {
    const { suspensions = 0, crashes = 0, misses = 0, failures = 0 } = scenario;
    const { spent } = state;
    const isBusy = who.at < who.deeds.length || who.belief !== undefined;
    if (who.isDead || !isBusy) return [];
    if (who.isSuspended) return [changed(state, index, 'resumes', { isSuspended: false }, {})];
    const after = [stepped(state, index, scenario, {})];
    if (spent.misses < misses) {
      after.push(stepped(state, index, scenario, { misses: spent.misses + 1 }));
    }
    if (spent.failures < failures) {
      after.push(stepped(state, index, scenario, { failures: spent.failures + 1 }));
    }
    if (spent.suspensions < suspensions) {
      const change = { isSuspended: true, wasSilent: true };
      const more = { suspensions: spent.suspensions + 1 };
      after.push(changed(state, index, 'is suspended', change, more));
    }
    if (spent.crashes < crashes) {
      const more = { crashes: spent.crashes + 1 };
      after.push(changed(state, index, 'is killed', { isDead: true }, more));
    }
    return after.filter((one) => one !== undefined);
  });
}

export function stepped(
  state: State,
  index: number,
  { isFine = false }: Scenario,
  more: Partial<Spent>,
): State | undefined {
  const isMissing = more.misses !== undefined;
  const failsWith = more.failures === undefined ? undefined : systemError('EIO');
  const isPrivate = isFine ? undefined : isUnseen;
  const made = step(state.world, index, {
    isMissing,
    ...(failsWith && { failsWith }),
    ...(isPrivate && { isPrivate }),
  });
  if (made === undefined) return undefined;
  const how = `${isMissing ? ' (misses the rename)' : ''}${failsWith ? ' (EIO)' : ''}`;
  const after = { ...state, world: made.world, spent: { ...state.spent, ...more } };
  return { ...after, before: state, action: made.call + how, top: topOf(after) };
}

export function changed(
  state: State,
  index: number,
  action: string,
  change: Partial<Contender>,
  more: Partial<Spent>,
): State {
  const { disk, contenders } = state.world;
  const who = { ...(contenders[index] as Contender), ...change };
  const world = { disk, contenders: contenders.with(index, who) };
  const spent = { ...state.spent, ...more };
  return { ...state, world, spent, before: state, action: `${who.id} ${action}` };
}

/** Files with a name that nobody else knows. */
function isUnseen(name: string, path: string): boolean {
  return name === 'lookAt' || path.includes('/new-');
}

function topOf({ world, top }: Pick<State, 'world' | 'top'>): State['top'] {
  const [holder] = holdersOf(world);
  if (holder?.belief === undefined || holder.belief <= top.token) return top;
  return { token: holder.belief, id: holder.id };
}
