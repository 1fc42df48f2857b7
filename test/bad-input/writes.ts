import { createCoordinator, type WriteOptions } from '../../src/index.js';
import type { Row, Scene } from './scene.js';

const none = (): undefined => undefined;

function option(
  name: keyof WriteOptions,
  bad: unknown,
  type: 'TypeError' | 'RangeError',
  rest: string,
): Row {
  return {
    name: `write() ${name}: ${rest}`,
    act: ({ coordinator, good }) => coordinator.write(good, none, { [name]: bad }),
    type,
    message: () => `Invalid ${name}: ${rest}`,
  };
}

function wrong(
  name: string,
  act: (scene: Scene) => unknown,
  message: string | RegExp,
  type = 'TypeError',
): Row {
  return { name, act, type, message: () => message };
}

/** Options of a coordinator that each request may set as well. */
function both(
  name: 'durability' | 'onForeignAppend',
  bad: unknown,
  type: 'TypeError' | 'RangeError',
  rest: string,
): Row[] {
  return [
    {
      name: `option ${name}: ${rest}`,
      act: () => createCoordinator({ isolated: true, [name]: bad }),
      type,
      message: () => `Invalid ${name}: ${rest}`,
    },
    {
      name: `request ${name}: ${rest}`,
      act: ({ coordinator, good }) => coordinator.acquire({ sessionFile: good, [name]: bad }),
      type,
      message: () => `Invalid ${name}: ${rest}`,
    },
  ];
}

const KINDS = 'expected one of person, command, child, cron, heartbeat, maintenance, got';
const DURABILITY = 'expected one of os, fsync, got';
const FOREIGN = 'expected one of takeover, adopt, got';

export const WRITES: readonly Row[] = [
  wrong(
    'write() of nothing as a guest',
    ({ coordinator, good }) => coordinator.write(good, undefined as never),
    'Invalid section: expected a function, got undefined',
  ),
  wrong(
    'write() of a record as a guest',
    ({ coordinator, good }) => coordinator.write(good, { line: 1 } as never),
    'Invalid section: expected a function, got an instance of Object',
  ),
  wrong(
    'write() with null as options',
    ({ coordinator, good }) => coordinator.write(good, none, null as never),
    'Invalid options: expected an object, got null',
  ),
  wrong(
    'write() to no file',
    ({ coordinator }) => coordinator.write(undefined as never, none),
    'Cannot resolve a session file from undefined: a path, a URL or a SessionFile is wanted',
  ),
  {
    name: 'write() to a folder',
    act: ({ coordinator, at }) => coordinator.write(at('folder'), none),
    type: 'InvalidSessionFileError',
    has: { reason: 'directory' },
    message: () => /as a session file: it is a directory, a regular file is wanted$/,
  },
  {
    name: 'write() to a marker',
    act: ({ coordinator }) => coordinator.write('memory:active', none),
    type: 'InvalidSessionFileError',
    has: { reason: 'marker' },
    message: () =>
      'Cannot use "memory:active" as a session file: it is a marker and names no file to write to',
  },
  option('label', '', 'RangeError', 'expected a string that is not empty, got ""'),
  option('label', 5, 'TypeError', 'expected a string, got 5'),
  option('kind', 'guest', 'RangeError', `${KINDS} "guest"`),
  option('kind', null, 'TypeError', `${KINDS} null`),
  option('waitMs', -1, 'RangeError', 'expected 0 or more milliseconds, got -1'),
  option('waitMs', '1', 'TypeError', 'expected a number of milliseconds, got "1"'),
  option('signal', {}, 'TypeError', 'expected an AbortSignal, got an instance of Object'),
  option('parent', {}, 'TypeError', 'expected a run of this package, got an instance of Object'),
  ...both('durability', 'disk', 'RangeError', `${DURABILITY} "disk"`),
  ...both('durability', true, 'TypeError', `${DURABILITY} true`),
  ...both('durability', null, 'TypeError', `${DURABILITY} null`),
  ...both('onForeignAppend', 'ignore', 'RangeError', `${FOREIGN} "ignore"`),
  ...both('onForeignAppend', false, 'TypeError', `${FOREIGN} false`),
];
