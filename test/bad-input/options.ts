import { type CoordinatorOptions, createCoordinator } from '../../src/index.js';
import type { Row } from './scene.js';

function option(
  name: keyof CoordinatorOptions,
  bad: unknown,
  type: 'TypeError' | 'RangeError',
  rest: string,
  field: string = name,
): Row {
  return {
    name: `option ${name}: ${rest}`,
    act: () => createCoordinator({ isolated: true, [name]: bad }),
    type,
    message: () => `Invalid ${field}: ${rest}`,
  };
}

const TIME = 'expected a number of milliseconds, got';
const LEAST = 'expected 0 or more milliseconds, got';
const WHOLE = 'expected a whole number from 0, got';
const SCHEMES =
  'expected schemes such as "memory" (lower case, two characters or more, not "file"), got';
const log = (): undefined => undefined;

class Frozen {
  readonly isFrozen = true;
}

export const OPTIONS: readonly Row[] = [
  option('waitMs', Number.NaN, 'RangeError', `${LEAST} NaN`),
  option('waitMs', -1, 'RangeError', `${LEAST} -1`),
  option('waitMs', '5000', 'TypeError', `${TIME} "5000"`),
  option('waitMs', null, 'TypeError', `${TIME} null`),
  option('waitMs', 5000n, 'TypeError', `${TIME} 5000n`),
  option('waitMs', -Infinity, 'RangeError', `${LEAST} -Infinity`),
  option('stuckAfterMs', true, 'TypeError', `${TIME} true`),
  option('stuckAfterMs', -1, 'RangeError', `${LEAST} -1`),
  option('stuckAfterMs', null, 'TypeError', `${TIME} null`),
  option('maxHoldMs', Number.NaN, 'RangeError', `${LEAST} NaN`),
  option('maxHoldMs', false, 'TypeError', `${TIME} false`),
  option('settleMs', -0.5, 'RangeError', `${LEAST} -0.5`),
  option('settleMs', [15], 'TypeError', `${TIME} an instance of Array`),
  option('yieldAfterMs', '0', 'TypeError', `${TIME} "0"`),
  option('preemptAfterMs', Symbol('x'), 'TypeError', `${TIME} Symbol(x)`),
  option('preemptAfterMs', Number.NaN, 'RangeError', `${LEAST} NaN`),
  option('maxWaiting', -1, 'RangeError', `${WHOLE} -1`),
  option('maxWaiting', 1.5, 'RangeError', `${WHOLE} 1.5`),
  option('maxWaiting', Number.NaN, 'RangeError', `${WHOLE} NaN`),
  option('maxWaiting', '100', 'TypeError', 'expected a number, got "100"'),
  option('historySize', Infinity, 'RangeError', 'expected a limit, got Infinity'),
  option('historySize', -1, 'RangeError', `${WHOLE} -1`),
  option('historySize', null, 'TypeError', 'expected a number, got null'),
  option('markers', 'memory', 'TypeError', 'expected an array of schemes, got "memory"'),
  option(
    'markers',
    new Set(['memory']),
    'TypeError',
    'expected an array of schemes, got an instance of Set',
  ),
  option('markers', [7], 'TypeError', 'expected a string, got 7'),
  option('markers', [''], 'RangeError', 'expected a string that is not empty, got ""'),
  option('markers', ['file'], 'RangeError', `${SCHEMES} "file"`),
  option('markers', ['Memory'], 'RangeError', `${SCHEMES} "Memory"`),
  option('markers', ['m'], 'RangeError', `${SCHEMES} "m"`),
  option('markers', ['memory:'], 'RangeError', `${SCHEMES} "memory:"`),
  option('logger', 'pino', 'TypeError', 'expected an object, got "pino"'),
  option('logger', null, 'TypeError', 'expected an object, got null'),
  option(
    'logger',
    { debug: log, info: log, warn: log },
    'TypeError',
    'expected a function, got undefined',
    'logger.error',
  ),
  option('logger', { debug: true }, 'TypeError', 'expected a function, got true', 'logger.debug'),
  option('onEvent', new Frozen(), 'TypeError', 'expected a function, got an instance of Frozen'),
  option('onEvent', [log], 'TypeError', 'expected a function, got an instance of Array'),
  option('isolated', 1, 'TypeError', 'expected true or false, got 1'),
  option('isolated', null, 'TypeError', 'expected true or false, got null'),
  {
    name: 'no options but null',
    act: () => createCoordinator(null as never),
    type: 'TypeError',
    message: () => 'Invalid options: expected an object, got null',
  },
  {
    name: 'no options but a string',
    act: () => createCoordinator('isolated' as never),
    type: 'TypeError',
    message: () => 'Invalid options: expected an object, got "isolated"',
  },
];
