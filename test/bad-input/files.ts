import type { InvalidSessionFileReason, SessionFileLike } from '../../src/index.js';
import type { Row, Scene } from './scene.js';

type Bad = (scene: Scene) => unknown;

/** A session file that no run can have, asked for as a request. */
function file(
  name: string,
  bad: Bad,
  reason: InvalidSessionFileReason,
  detail: string | RegExp,
): Row {
  return {
    name: `a file: ${name}`,
    act: (scene) => scene.coordinator.acquire({ sessionFile: bad(scene) as SessionFileLike }),
    type: 'InvalidSessionFileError',
    has: { code: 'ERR_SESSION_FILE_INVALID', reason },
    message: (scene) => {
      const { href } = bad(scene) as URL;
      const begins = `Cannot use ${JSON.stringify(href ?? bad(scene))} as a session file: `;
      return typeof detail === 'string'
        ? begins + detail
        : new RegExp(`^${escape(begins)}${detail.source}$`);
    },
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function noFile(name: string, bad: unknown, shown: string): Row {
  return {
    name: `no file at all: ${name}`,
    act: ({ coordinator }) => coordinator.acquire({ sessionFile: bad as string }),
    type: 'TypeError',
    message: () =>
      `Cannot resolve a session file from ${shown}: a path, a URL or a SessionFile is wanted`,
  };
}

const EMPTY = 'it is empty, a path is wanted';
const NUL = 'it holds a NUL character, which no path may';
const FOLDER = 'it is a directory, a regular file is wanted';
const URLS = 'of URLs only file: and markers (sqlite:, memory:, in-memory:) are served';

export const FILES: readonly Row[] = [
  file('empty', () => '', 'empty', EMPTY),
  file('blanks', () => '  \t', 'empty', EMPTY),
  file('a newline', () => '\n', 'empty', EMPTY),
  file('with NUL', () => '/tmp/a\0b', 'nul', NUL),
  file('only NUL', () => '\0', 'nul', NUL),
  file('NUL in a file URL', () => 'file:///tmp/a%00b', 'nul', NUL),
  file('a folder', ({ at }) => at('folder'), 'directory', FOLDER),
  file('a link to a folder', ({ at }) => at('to-folder'), 'directory', FOLDER),
  file('the root', () => '/', 'directory', FOLDER),
  file(
    'a device',
    () => '/dev/null',
    'not-regular',
    'it is no regular file, a regular file is wanted',
  ),
  file(
    'links in a circle',
    ({ at }) => at('round'),
    'loop',
    'its links go round in a circle or are too many',
  ),
  file(
    'a name that is too long',
    ({ at }) => at('x'.repeat(256)),
    'too-long',
    /(?:it is longer than the file system allows|a name in it is longer than 255 bytes)/,
  ),
  file(
    'a path that is too long',
    ({ at }) => at('x/'.repeat(2_500) + 'x'),
    'too-long',
    'it is longer than the file system allows',
  ),
  file(
    'below a file',
    ({ good }) => `${good}/s.jsonl`,
    'unreachable',
    /it cannot be looked up \(ENOTDIR: not a directory, [a-z]+ '.*'\)/,
  ),
  file(
    'a file URL of another host',
    () => 'file://other/s.jsonl',
    'marker',
    /it is no file URL of this host \(File URL host must be "localhost" or empty on \w+\)/,
  ),
  file(
    'a file URL with an encoded slash',
    () => new URL('file:///a%2Fb'),
    'marker',
    'it is no file URL of this host (File URL path must not include encoded / characters)',
  ),
  file('a web URL', () => new URL('https://example.com/s'), 'marker', URLS),
  file('a data URL', () => new URL('data:,s'), 'marker', URLS),
  file('an unknown marker as URL', () => new URL('redis:s'), 'marker', URLS),
  file('a marker without a name', () => 'memory:', 'marker', 'a name is wanted behind memory:'),
  file('a marker of blanks', () => 'sqlite:  ', 'marker', 'a name is wanted behind sqlite:'),
  noFile('undefined', undefined, 'undefined'),
  noFile('null', null, 'null'),
  noFile('a number', 42, '42'),
  noFile('NaN', Number.NaN, 'NaN'),
  noFile('a bigint', 1n, '1n'),
  noFile('a symbol', Symbol('s'), 'Symbol(s)'),
  noFile('a boolean', true, 'true'),
  noFile('an array', ['s.jsonl'], '[Array]'),
  noFile('an object', { path: 's.jsonl' }, '[Object]'),
  noFile('half a SessionFile', { key: 'k', path: 'p' }, '[Object]'),
  noFile('a function', () => 's.jsonl', '[Function (anonymous)]'),
  {
    name: 'a look-up by an empty path',
    act: ({ coordinator }) => coordinator.runs.bySessionFile(''),
    type: 'InvalidSessionFileError',
    has: { reason: 'empty' },
    message: () => `Cannot use "" as a session file: ${EMPTY}`,
  },
  {
    name: 'a look-up of those who wait for a number',
    act: ({ coordinator }) => coordinator.runs.waitingFor(7 as never),
    type: 'TypeError',
    message: () => 'Cannot resolve a session file from 7: a path, a URL or a SessionFile is wanted',
  },
  {
    name: 'the history of a folder',
    act: ({ coordinator, at }) => coordinator.history(at('folder')),
    type: 'InvalidSessionFileError',
    has: { reason: 'directory' },
    message: ({ at }) => `Cannot use ${JSON.stringify(at('folder'))} as a session file: ${FOLDER}`,
  },
  {
    name: 'waiting for a folder to be idle',
    act: ({ coordinator, at }) => coordinator.runs.whenIdle({ file: at('folder') }),
    type: 'InvalidSessionFileError',
    has: { reason: 'directory' },
    message: ({ at }) => `Cannot use ${JSON.stringify(at('folder'))} as a session file: ${FOLDER}`,
  },
];
