import * as fc from 'fast-check';
import {
  ADMISSION_MODES,
  type AdmissionMode,
  RUN_KINDS,
  type RunKind,
} from '../../../../src/types.js';

/**
 * A number stands for "one of those that there are", so that every shorter list makes sense too; a
 * text is the id of one message.
 */
export type Who = number | string;

export type Operation =
  | {
      readonly do: 'admit';
      readonly id?: string;
      readonly lane: number;
      readonly file: number;
      readonly alias: number;
      readonly mode: AdmissionMode;
      readonly force: boolean;
      readonly kind: RunKind;
      readonly waitMs: number | undefined;
      readonly signal: number | undefined;
      readonly hasSteer: boolean;
      /** Asks to share the turn of the owner. */
      readonly joins: boolean;
    }
  | { readonly do: 'claim'; readonly who: Who; readonly isTask: boolean }
  | { readonly do: 'cancel' | 'release' | 'progress' | 'prompt'; readonly who: Who }
  | { readonly do: 'park'; readonly who: Who; readonly waitMs: number }
  | { readonly do: 'abort'; readonly signal: number }
  | {
      readonly do: 'interrupt';
      readonly who: Who;
      readonly isByFile: boolean;
      readonly settleMs: number | undefined;
    }
  | {
      readonly do: 'recover';
      readonly who: Who;
      readonly isByFile: boolean;
      readonly silentMs: number | undefined;
      readonly isForced: boolean;
    }
  | { readonly do: 'close'; readonly lane: number; readonly waitMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'finish'; readonly who: Who; readonly how: 'value' | 'boom' }
  | { readonly do: 'answer'; readonly who: Who; readonly how: 'true' | 'false' | 'throw' }
  | { readonly do: 'end prompt' | 'come back'; readonly who: Who };

/** Operations of one synchronous step; then everything that follows from them happens. */
export type Step = readonly Operation[];

const who = fc.nat({ max: 30 });
const ms = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max }), fc.integer({ min: 1, max: 999 }));

function admit(files: number): fc.Arbitrary<Operation> {
  return fc.record({
    do: fc.constant('admit' as const),
    lane: fc.nat({ max: 2 }),
    // Mostly one, so that much is asked of it.
    file: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: files - 1 })),
    alias: fc.nat({ max: 7 }),
    mode: fc.constantFrom(...ADMISSION_MODES, 'steer' as const, 'steer' as const),
    force: fc.constantFrom(false, false, true),
    // Mostly of one kind, else few messages could be steered.
    kind: fc.oneof(
      { weight: 2, arbitrary: fc.constant('person' as const) },
      fc.constantFrom(...RUN_KINDS),
    ),
    waitMs: fc.option(fc.oneof(ms(120_000), fc.constant(0)), { nil: undefined, freq: 2 }),
    signal: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 1 }),
    hasSteer: fc.constantFrom(true, true, true, false),
    joins: fc.constantFrom(false, false, false, true),
  });
}

type Weighted = fc.WeightedArbitrary<Operation>;

function of<Name extends string>(name: Name) {
  return { do: fc.constant(name), who };
}

function stopping(isByFile: boolean): fc.Arbitrary<Operation> {
  return fc.record({
    ...of('interrupt' as const),
    isByFile: fc.constant(isByFile),
    settleMs: fc.constantFrom(undefined, 503, 2_003),
  });
}

/** What acts in its call. */
function atOnce(files: number): Weighted[] {
  const claim = fc.record({ ...of('claim' as const), isTask: fc.boolean() });
  const park = fc.record({ ...of('park' as const), waitMs: fc.oneof(ms(60_000), fc.constant(0)) });
  const abort = fc.record({ do: fc.constant('abort' as const), signal: fc.nat({ max: 5 }) });
  return [
    { weight: 12, arbitrary: admit(files) },
    { weight: 6, arbitrary: claim },
    { weight: 1, arbitrary: fc.record(of('cancel' as const)) },
    { weight: 2, arbitrary: fc.record(of('release' as const)) },
    { weight: 1, arbitrary: fc.record(of('progress' as const)) },
    { weight: 2, arbitrary: park },
    { weight: 1, arbitrary: abort },
    { weight: 1, arbitrary: stopping(false) },
  ];
}

/** What settles a promise, from which something follows a little later. */
function settling(): Weighted[] {
  const how = fc.constantFrom('value' as const, 'boom' as const);
  const answer = fc.record({
    ...of('answer' as const),
    how: fc.constantFrom('true' as const, 'true' as const, 'false' as const, 'throw' as const),
  });
  return [
    { weight: 4, arbitrary: answer },
    { weight: 2, arbitrary: fc.record({ ...of('finish' as const), how }) },
    { weight: 1, arbitrary: fc.record(of('end prompt' as const)) },
    { weight: 2, arbitrary: fc.record(of('come back' as const)) },
  ];
}

/** What may take a while, or is told apart by what is under way. */
function alone(): Weighted[] {
  const recover = fc.record({
    ...of('recover' as const),
    isByFile: fc.boolean(),
    silentMs: fc.option(ms(30_000), { nil: undefined }),
    isForced: fc.boolean(),
  });
  const close = { do: fc.constant('close' as const), lane: fc.nat({ max: 2 }), waitMs: ms(20_000) };
  return [
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: ms(40_000) }),
    },
    { weight: 12, arbitrary: fc.record(of('prompt' as const)) },
    { weight: 1, arbitrary: stopping(true) },
    { weight: 2, arbitrary: recover },
    { weight: 1, arbitrary: fc.record(close) },
  ];
}

/**
 * @param options bursts: several things in one step, of which one may settle a promise; else only
 *   what happens while a path is still being resolved
 */
export function steps(
  files: number,
  options: { readonly bursts: boolean },
): (length: number) => fc.Arbitrary<Step[]> {
  const one = fc.oneof(...atOnce(files));
  const last = fc.oneof(...settling());
  const meanwhile = fc.array(
    one.filter(({ do: verb }) => verb !== 'admit'),
    { maxLength: 2 },
  );
  const some = fc.array(one, { minLength: 1, maxLength: options.bursts ? 3 : 1, size: 'max' });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: some },
    {
      weight: options.bursts ? 0 : 6,
      arbitrary: fc.tuple(admit(files), meanwhile).map(([first, rest]) => [first, ...rest]),
    },
    { weight: 4, arbitrary: fc.tuple(last) },
    { weight: 8, arbitrary: fc.tuple(fc.oneof(...alone())) },
    {
      weight: options.bursts ? 3 : 0,
      arbitrary: fc.tuple(last, some).map(([first, rest]) => [first, ...rest]),
    },
    {
      weight: options.bursts ? 3 : 0,
      arbitrary: fc.tuple(some, last).map(([first, rest]) => [...first, rest]),
    },
  );
  return (length) => fc.array(step, { minLength: 1, maxLength: length, size: 'max' });
}

/** An operation in one line, for whoever reads a failure. */
export function inWords(operation: Operation): string {
  const { do: verb, ...facts } = operation;
  const shown = Object.entries(facts).filter(
    ([name, value]) => value !== undefined && value !== false && name !== 'who',
  );
  return `${verb} ${shown.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`;
}
