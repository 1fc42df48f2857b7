import * as fc from 'fast-check';
import { RUN_KINDS, type RunKind } from '../../src/types.js';

/** Numbers stand for "one of those that there are", so that every shorter list makes sense too. */
export type Operation =
  | {
      readonly do: 'request';
      readonly origin: number;
      readonly file: number;
      readonly alias: number;
      readonly kind: RunKind;
      readonly waitMs: number | undefined;
      readonly stuckAfterMs: number | false | undefined;
      readonly maxHoldMs: number | undefined;
      readonly runId: number | undefined;
      readonly signal: number | undefined;
      readonly inside: number | undefined;
      readonly isAmbient: boolean;
      readonly onReentry: 'refuse' | 'join' | 'queue';
      readonly isTask: boolean;
      readonly obeys: boolean;
    }
  | { readonly do: 'finish'; readonly who: number; readonly how: 'value' | 'boom' }
  | { readonly do: 'release'; readonly who: number; readonly how: 'released' | 'failed' }
  | { readonly do: 'abort'; readonly signal: number }
  | { readonly do: 'progress'; readonly who: number }
  | { readonly do: 'park'; readonly who: number; readonly waitMs: number }
  | { readonly do: 'come back'; readonly who: number; readonly how: 'value' | 'boom' }
  | { readonly do: 'rebind'; readonly who: number; readonly name: number }
  | { readonly do: 'await end'; readonly who: number; readonly inside: number | undefined }
  | {
      readonly do: 'close';
      readonly origin: number;
      readonly waitMs: number;
      readonly inside: number | undefined;
    }
  | { readonly do: 'create'; readonly file: number }
  | { readonly do: 'advance'; readonly ms: number };

/** Operations of one synchronous step; then everything that follows from them happens. */
export type Step = readonly Operation[];

const one = fc.nat({ max: 30 });
const ms = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max }), fc.integer({ min: 1, max: 999 }));
const how = fc.constantFrom('value' as const, 'boom' as const);
const maybe = <T>(value: fc.Arbitrary<T>, rarely: number): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: rarely });

/** One in so many is left out. */
const OFTEN = 6;
const HALF = 2;

function request(files: number): fc.Arbitrary<Operation> {
  return fc.record({
    do: fc.constant('request' as const),
    origin: fc.nat({ max: 2 }),
    file: fc.nat({ max: files - 1 }),
    alias: fc.nat({ max: 7 }),
    kind: fc.constantFrom(...RUN_KINDS),
    waitMs: maybe(fc.oneof({ weight: 6, arbitrary: ms(150_000) }, fc.constant(0)), OFTEN),
    stuckAfterMs: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constant(false as const) },
      { weight: 1, arbitrary: ms(50_000) },
    ),
    maxHoldMs: maybe(ms(90_000), HALF),
    runId: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat({ max: 3 }) },
    ),
    signal: maybe(fc.nat({ max: 5 }), HALF),
    inside: maybe(one, HALF),
    isAmbient: fc.boolean(),
    onReentry: fc.constantFrom('refuse', 'join', 'queue'),
    isTask: fc.boolean(),
    obeys: fc.boolean(),
  });
}

export function steps(files: number, options: { bursts: boolean; creates: boolean }) {
  const who = { who: one };
  const together = fc.oneof(
    { weight: 8, arbitrary: request(files) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('release' as const),
        ...who,
        how: fc.constantFrom('released' as const, 'failed' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('abort' as const), signal: fc.nat({ max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('progress' as const), ...who }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('park' as const),
        ...who,
        waitMs: fc.oneof(ms(60_000), fc.constantFrom(0, Infinity)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('rebind' as const),
        ...who,
        name: fc.nat({ max: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('await end' as const),
        ...who,
        inside: maybe(one, 2),
      }),
    },
  );
  const alone = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('finish' as const), ...who, how }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('come back' as const), ...who, how }) },
    {
      weight: 10,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: ms(60_000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('close' as const),
        origin: fc.nat({ max: 2 }),
        waitMs: fc.oneof(ms(20_000), fc.constant(0)),
        inside: maybe(one, HALF),
      }),
    },
    ...(options.creates
      ? [
          {
            weight: 1,
            arbitrary: fc.record({
              do: fc.constant('create' as const),
              file: fc.nat({ max: files - 1 }),
            }),
          },
        ]
      : []),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.array(together, {
        minLength: 1,
        maxLength: options.bursts ? 4 : 1,
        size: 'max',
      }),
    },
    { weight: 4, arbitrary: fc.tuple(alone) },
  );
  return (length: number): fc.Arbitrary<Step[]> =>
    fc.array(step, { minLength: 1, maxLength: length, size: 'max' });
}

/** An operation in one line, for whoever reads a failure. */
export function inWords(operation: Operation): string {
  const { do: verb, ...facts } = operation;
  const shown = Object.entries(facts).filter(
    ([name, value]) =>
      value !== undefined && value !== false && name !== 'who' && name !== 'inside',
  );
  return `${verb} ${shown.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`;
}
