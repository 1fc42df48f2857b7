import { Ledger } from '../../../../src/leases/lock-file/ledger.js';
import { type DiskTraits, MemoryDisk, systemError } from './memory-disk.js';
import { atOnce } from './stepper.js';
import { type Contender, contender, type Deed, FOLDER, step, type World } from './world.js';
import { claimText } from './judged.js';

export interface Scenario {
  readonly deeds: readonly (readonly Deed[])[];
  /** What is in the folder at the beginning; claims that are taken are of a dead process. */
  readonly names?: readonly string[];
  readonly traits?: DiskTraits;
  readonly suspensions?: number;
  readonly crashes?: number;
  /** So many listings miss what is being renamed at that moment. */
  readonly misses?: number;
  /** So many calls fail with EIO. */
  readonly failures?: number;
  /** What was done before; see `rehearse`. */
  readonly prologue?: readonly string[];
  /** Also between calls that nobody can see as long as no folder is removed. */
  readonly isFine?: boolean;
  readonly mostStates?: number;
}

export interface Spent {
  readonly suspensions: number;
  readonly crashes: number;
  readonly misses: number;
  readonly failures: number;
}

export interface State {
  readonly world: World;
  readonly spent: Spent;
  /** The highest token of whoever held the file. */
  readonly top: { readonly token: bigint; readonly id: string };
  readonly before?: State;
  readonly action: string;
}

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

/**
 * Where exploring begins: after the prologue, whose lines are the letter of a contender and what it
 * does: `deed` (a whole one), `suspend`, `resume`, or a number of calls.
 */
function beginning(scenario: Scenario): State {
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

/** All that can happen next. */
function successors(state: State, scenario: Scenario): State[] {
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

function stepped(
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

function changed(
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

function holdersOf({ disk, contenders }: World): Contender[] {
  return contenders.filter(
    ({ isDead, belief }) =>
      !isDead && belief !== undefined && atOnce(disk, () => new Ledger(FOLDER).isHeld(belief)),
  );
}

function topOf({ world, top }: Pick<State, 'world' | 'top'>): State['top'] {
  const [holder] = holdersOf(world);
  if (holder?.belief === undefined || holder.belief <= top.token) return top;
  return { token: holder.belief, id: holder.id };
}

/** What must not be, in any state. */
function wrongNow({ world, top }: State): string | undefined {
  const holders = holdersOf(world);
  if (holders.length > 1) return 'two holders';
  const [holder] = holders;
  if (holder?.belief !== undefined && holder.belief < top.token) return 'a token that is lower';
  if (holder?.belief === top.token && holder.id !== top.id) return 'a token twice';
  const deposed = world.contenders.find(
    (who) => who.belief !== undefined && !who.isDead && !who.wasSilent && !holders.includes(who),
  );
  return deposed === undefined ? undefined : 'a living holder lost the file';
}

/** What must not be once all is over: then everybody is gone, and one more comes. */
function wrongAtEnd({ world, top }: State): string | undefined {
  const disk = world.disk.clone();
  const ledger = new Ledger(FOLDER);
  const token = atOnce(disk, () => ledger.follow(ledger.look(), 'next'));
  if (token === undefined) return 'a file that nobody can have';
  return token > top.token ? undefined : 'a next token that is not higher';
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
