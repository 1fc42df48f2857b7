/**
 * Checks of what callers hand in. A bug in a call is a built-in `TypeError` or `RangeError` that
 * names the option, what it got and what it wants.
 */

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return String(value);
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object';
}

export function wrongType(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`Invalid ${name}: expected ${wanted}, got ${shown(value)}`);
}

function outOfRange(name: string, wanted: string, value: unknown): RangeError {
  return new RangeError(`Invalid ${name}: expected ${wanted}, got ${shown(value)}`);
}

/** A duration in milliseconds: 0 or more, `Infinity` for no limit. */
export function checkDuration(name: string, value: unknown): void {
  if (typeof value !== 'number') throw wrongType(name, 'a number of milliseconds', value);
  if (!(value >= 0)) throw outOfRange(name, '0 or more milliseconds', value);
}

/** A count: a whole number from `least`, or `Infinity`. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (value !== Infinity && !(Number.isSafeInteger(value) && value >= least)) {
    throw outOfRange(name, `a whole number from ${least}`, value);
  }
}

export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  if (value === '') throw outOfRange(name, 'a string that is not empty', value);
}

export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrongType(name, 'a function', value);
}

export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
}

export function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string') throw wrongType(name, `one of ${allowed.join(', ')}`, value);
  if (!allowed.includes(value)) throw outOfRange(name, `one of ${allowed.join(', ')}`, value);
}

/** Structural, so that signals of other realms and polyfills pass. */
export function checkSignal(name: string, value: unknown): void {
  const signal = value as Partial<AbortSignal> | null;
  const fits =
    typeof signal === 'object' &&
    signal !== null &&
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function';
  if (!fits) throw wrongType(name, 'an AbortSignal', value);
}

export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
}
