import * as fc from 'fast-check';
import { RUN_KINDS, type RunKind } from '../../../../src/index.js';

/** What code inside a section, a window, or a park does, one after another. */
export type Act =
  | 'append'
  | 'direct'
  | 'open end'
  | 'overwrite'
  | 'read'
  | 'guest'
  | 'sync'
  | 'rewrite'
  | 'tick'
  | 'turn'
  | 'hold'
  | 'release'
  | 'tear'
  | 'boom';
export type Body = readonly Act[];

/** Numbers stand for "one of those that there are", so that every shorter list makes sense too. */
export type Operation =
  | {
      readonly do: 'start';
      readonly file: number;
      readonly alias: number;
      readonly kind: RunKind;
      readonly isTask: boolean;
      readonly obeys: boolean;
      readonly isDurable: boolean;
      readonly signal: number | undefined;
    }
  | {
      readonly do: 'guest';
      readonly file: number;
      readonly alias: number;
      readonly label: number;
      readonly kind: RunKind;
      readonly signal: number | undefined;
      readonly body: Body;
    }
  | { readonly do: 'append' | 'lines' | 'read' | 'drop' | 'release' | 'take'; readonly who: number }
  | {
      readonly do:
        'write' | 'sync' | 'rewrite' | 'enqueue' | 'prompt' | 'maintain' | 'park' | 'join';
      readonly who: number;
      readonly body: Body;
    }
  | { readonly do: 'rotate'; readonly who: number; readonly to: number }
  | { readonly do: 'abort'; readonly signal: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'let go'; readonly which: number }
  | { readonly do: 'look'; readonly file: number }
  | { readonly do: 'tick'; readonly count: number };

/** Operations between which nothing but promise jobs happens; then everything that follows does. */
export type Step = readonly Operation[];

export const FILES = 2;
const one = fc.nat({ max: 30 });
const signal = fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 1 });

function bodyOf(...weighted: readonly (readonly [number, Act])[]): fc.Arbitrary<Body> {
  const acts = weighted.map(([weight, act]) => ({ weight, arbitrary: fc.constant(act) }));
  return fc.array(fc.oneof(...acts), { maxLength: 4 });
}

const PAUSES = [
  [3, 'tick'],
  [2, 'turn'],
  [1, 'hold'],
] as const;
const LEAVES = [
  [1, 'release'],
  [1, 'boom'],
] as const;

const bodies = {
  write: bodyOf(
    ...[[4, 'direct'] as const, [1, 'open end'] as const, [1, 'overwrite'] as const],
    ...[[2, 'append'] as const, [1, 'sync'] as const, [1, 'read'] as const, [2, 'guest'] as const],
    ...[[1, 'tear'] as const, [1, 'rewrite'] as const],
    ...PAUSES,
    ...LEAVES,
  ),
  sync: bodyOf([4, 'direct'], [1, 'open end'], [1, 'overwrite'], [1, 'sync'], [1, 'boom']),
  rewrite: bodyOf(...PAUSES, [1, 'read'], [1, 'boom'], [1, 'release']),
  enqueue: bodyOf([5, 'append'], [1, 'guest'], [1, 'sync'], ...PAUSES, ...LEAVES),
  prompt: bodyOf([5, 'append'], [2, 'guest'], [1, 'read'], [1, 'sync'], ...PAUSES, [1, 'boom']),
  maintain: bodyOf([5, 'rewrite'], [1, 'append'], [2, 'guest'], [1, 'read'], ...PAUSES),
  park: bodyOf([2, 'guest'], ...PAUSES, [1, 'boom']),
  join: bodyOf([4, 'append'], [1, 'read'], [2, 'guest'], ...PAUSES, [1, 'boom']),
  guest: bodyOf([6, 'append'], [1, 'guest'], ...PAUSES, [1, 'boom']),
} as const;

type Bodied = Exclude<keyof typeof bodies, 'guest'>;

const withBody = (name: Bodied): fc.Arbitrary<Operation> =>
  fc.record({ do: fc.constant(name), who: one, body: bodies[name] });
const withoutBody = (
  name: 'append' | 'lines' | 'read' | 'drop' | 'release' | 'take',
): fc.Arbitrary<Operation> => fc.record({ do: fc.constant(name), who: one });

const start: fc.Arbitrary<Operation> = fc.record({
  do: fc.constant('start' as const),
  file: fc.nat({ max: FILES - 1 }),
  alias: one,
  kind: fc.constantFrom(...RUN_KINDS),
  isTask: fc.boolean(),
  obeys: fc.boolean(),
  isDurable: fc.boolean(),
  signal,
});

const guest: fc.Arbitrary<Operation> = fc.record({
  do: fc.constant('guest' as const),
  file: fc.nat({ max: FILES - 1 }),
  alias: one,
  label: fc.nat({ max: 1 }),
  kind: fc.constantFrom(...RUN_KINDS),
  signal,
  body: bodies.guest,
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: start },
  { weight: 12, arbitrary: guest },
  { weight: 16, arbitrary: withoutBody('append') },
  { weight: 4, arbitrary: withoutBody('lines') },
  { weight: 4, arbitrary: withoutBody('read') },
  { weight: 4, arbitrary: withoutBody('drop') },
  { weight: 4, arbitrary: withoutBody('release') },
  { weight: 2, arbitrary: withoutBody('take') },
  { weight: 6, arbitrary: withBody('write') },
  { weight: 4, arbitrary: withBody('sync') },
  { weight: 5, arbitrary: withBody('rewrite') },
  { weight: 8, arbitrary: withBody('enqueue') },
  { weight: 4, arbitrary: withBody('prompt') },
  { weight: 4, arbitrary: withBody('maintain') },
  { weight: 3, arbitrary: withBody('park') },
  { weight: 2, arbitrary: withBody('join') },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('rotate' as const), who: one, to: one }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('abort' as const), signal: fc.nat({ max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 900, 5_001, 10_001, 70_001),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('let go' as const), which: one }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('look' as const), file: fc.nat({ max: FILES - 1 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('tick' as const), count: fc.nat({ max: 12 }) }),
  },
);

export function steps(length: number): fc.Arbitrary<readonly Step[]> {
  const step = fc.array(operation, { minLength: 1, maxLength: 5 });
  return fc.array(step, { minLength: 1, maxLength: length, size: 'max' });
}
