import { checkDuration, checkOneOf } from '../support/checks.js';

export function durationOr<T>(name: string, value: number | undefined, otherwise: T): number | T {
  if (value === undefined) return otherwise;
  checkDuration(name, value);
  return value;
}

export function stuckLimit(value: number | false | undefined, otherwise: number): number {
  return value === false ? Infinity : durationOr('stuckAfterMs', value, otherwise);
}

export function checkTranscriptOptions(durability: string, onForeignAppend: string): void {
  if (durability !== 'os') checkOneOf('durability', durability, ['os', 'fsync']);
  if (onForeignAppend !== 'takeover') {
    checkOneOf('onForeignAppend', onForeignAppend, ['takeover', 'adopt']);
  }
}
