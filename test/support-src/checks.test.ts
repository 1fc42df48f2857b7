import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  checkBoolean,
  checkCount,
  checkDuration,
  checkFunction,
  checkObject,
  checkOneOf,
  checkSignal,
  checkText,
  wrongType,
} from '../../src/support/checks.js';

class Odd {
  readonly inside = 'not shown';
}
const nameless = Object.create(null) as object;

describe('wrongType()', () => {
  it.each([
    ['text "quoted"', '"text \\"quoted\\""'],
    [1n, '1n'],
    [Symbol('s'), 'Symbol(s)'],
    [undefined, 'undefined'],
    [null, 'null'],
    [-0, '0'],
    [new Odd(), 'an instance of Odd'],
    [nameless, 'an object'],
    [
      new (class {
        readonly inside = 1;
      })(),
      'an object',
    ],
    [{ constructor: { name: 7 } }, 'an object'],
    [[1], 'an instance of Array'],
  ])('shows what it got, without looking inside (%#)', (value, shown) => {
    const { message } = wrongType('kind', 'a string', value);
    expect(message).toBe(`Invalid kind: expected a string, got ${shown}`);
  });
});

describe.each([
  ['checkDuration()', (value: unknown) => checkDuration('x', value), [0, 1.5, Infinity]],
  ['checkCount()', (value: unknown) => checkCount('x', value, 2), [2, 3, Infinity]],
  ['checkText()', (value: unknown) => checkText('x', value), ['a', ' ']],
  ['checkFunction()', (value: unknown) => checkFunction('x', value), [() => 0, Odd]],
  ['checkBoolean()', (value: unknown) => checkBoolean('x', value), [true, false]],
  ['checkOneOf()', (value: unknown) => checkOneOf('x', value, ['a', 'b']), ['a', 'b']],
  ['checkObject()', (value: unknown) => checkObject('x', value), [{}, [], nameless]],
] as const)('%s', (_, check, good) => {
  it.each(good.map((value) => [value]))('lets %o pass', (value) => {
    expect(() => check(value)).not.toThrow();
  });

  it.each([[undefined], [null], [Symbol('s')], [1n]])('throws a TypeError at %o', (value) => {
    expect(() => check(value)).toThrow(TypeError);
  });
});

describe('the ranges', () => {
  it.each([
    ['a negative duration', () => checkDuration('x', -1), '0 or more milliseconds, got -1'],
    ['no duration', () => checkDuration('x', Number.NaN), '0 or more milliseconds, got NaN'],
    ['a count below the least', () => checkCount('x', 1, 2), 'a whole number from 2, got 1'],
    ['a broken count', () => checkCount('x', 2.5, 2), 'a whole number from 2, got 2.5'],
    ['an unsafe count', () => checkCount('x', 2 ** 53, 2), 'a whole number from 2, got 90071'],
    ['an empty text', () => checkText('x', ''), 'a string that is not empty, got ""'],
    ['another word', () => checkOneOf('x', 'c', ['a', 'b']), 'one of a, b, got "c"'],
  ])('refuse %s', (_, check, message) => {
    expect(check).toThrow(RangeError);
    expect(check).toThrow(`Invalid x: expected ${message}`);
  });
});

describe('checkSignal()', () => {
  it('takes the signal of another realm, and one that only behaves like one', () => {
    const foreign = runInNewContext('new AbortController().signal', { AbortController }) as unknown;
    const lookalike = {
      aborted: false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
    for (const signal of [foreign, lookalike]) {
      expect(() => checkSignal('signal', signal)).not.toThrow();
    }
  });

  it.each([
    { aborted: 'no', addEventListener: () => 0, removeEventListener: () => 0 },
    { aborted: false, removeEventListener: () => 0 },
    { aborted: false, addEventListener: () => 0 },
    new AbortController(),
    null,
    () => 0,
  ])('refuses what lacks a part of one (%#)', (signal) => {
    expect(() => checkSignal('signal', signal)).toThrow(
      'Invalid signal: expected an AbortSignal, got ',
    );
  });
});
