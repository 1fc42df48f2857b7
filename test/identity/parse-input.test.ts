import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_MARKERS, parseSessionFile } from '../../src/identity/parse-input.js';
import { systemError } from './support/fake-fs.js';
import { invalid } from './support/outcome.js';

const parse = (file: unknown, markers = DEFAULT_MARKERS) => parseSessionFile(file, markers);
const reasonOf = (file: unknown, markers?: ReadonlySet<string>) =>
  invalid(() => parse(file, markers)).reason;

describe('parseSessionFile()', () => {
  it.each([
    ['/a/b.jsonl', '/a/b.jsonl'],
    ['/a//b.jsonl', '/a/b.jsonl'],
    ['/a/./b.jsonl', '/a/b.jsonl'],
    ['/a/x/../b.jsonl', '/a/b.jsonl'],
    ['/a/b.jsonl/', '/a/b.jsonl'],
    ['/a/b.jsonl/.', '/a/b.jsonl'],
    ['/a/b/..', '/a'],
    ['//a/b', '/a/b'],
    ['/', '/'],
    ['/.a/..b/...', '/.a/..b/...'],
    [' /a', join(process.cwd(), ' /a')],
    ['-rf', join(process.cwd(), '-rf')],
    ['a\nb/é', join(process.cwd(), 'a\nb/é')],
    ['../x', join(process.cwd(), '../x')],
  ])('[P1] makes %j absolute as path.resolve does', (given, path) => {
    // Given a spelling of a path; when it is parsed; then it is absolute and in normal form
    expect(parse(given)).toEqual({ type: 'path', path });
  });

  it.each(['sqlite', 'memory', 'in-memory'])('passes a %s: marker through as its key', (scheme) => {
    // Given a marker, as text or URL
    const text = `${scheme}:main/../x y`;
    // When it is parsed
    const parsed = parse(text);
    // Then the whole text is key and path, untouched
    const file = { key: text, path: text, realPath: text };
    expect(parsed).toEqual({ type: 'marker', file });
    expect(parse(new URL(`${scheme}:main`))).toEqual(parse(`${scheme}:main`));
  });

  it('takes a text with an unknown scheme for a relative path', () => {
    // Given texts that look like URLs, but begin with no configured marker
    for (const text of ['redis:x', 'Memory:x', 'memory', ':memory:', 'constructor:x', 'a:b']) {
      // When they are parsed; then they are names in the current directory
      expect(parse(text)).toEqual({ type: 'path', path: join(process.cwd(), text) });
    }
    // And a configured scheme makes a marker of the same text
    expect(parse('redis:x', new Set(['redis']))).toMatchObject({ type: 'marker' });
  });

  it('[P6] never takes a drive letter for a marker', () => {
    // Given a marker set that a drive letter happens to be in
    const markers = new Set(['c', 'C']);
    // When drive paths are parsed; then they are paths, whatever they mean on this platform
    expect(parse('c:/x.jsonl', markers).type).toBe('path');
    expect(parse('C:\\x.jsonl', markers).type).toBe('path');
  });

  it('[P1] takes file: URLs for paths, as objects and as text', () => {
    // Given a path with all that a URL encodes
    const path = '/tmp/a b%20#?é\n/-x';
    const url = pathToFileURL(path);
    // When it is given as a URL, as its text, and with a scheme in capitals
    for (const given of [url, url.href, url.href.replace('file:', 'FILE:')]) {
      // Then it is that path
      expect(parse(given)).toEqual({ type: 'path', path });
    }
    expect(parse('file:///a/../b//c')).toEqual({ type: 'path', path: '/b/c' });
  });

  it.each(['file://elsewhere/x', 'file:///a%2fb', 'file:///%zz', 'file://['])(
    'refuses %s, which is no file of this host, and keeps the cause',
    (given) => {
      // Given a file URL that no path can be made of; when it is parsed; then the cause is kept
      const error = invalid(() => parse(given));
      expect(error).toMatchObject({ reason: 'marker', retry: 'never', sessionFile: given });
      expect(error.cause).toBeInstanceOf(Error);
    },
  );

  it('refuses URLs of schemes that are no markers and names those that are', () => {
    // Given a URL object of another scheme; when it is parsed; then the refusal lists the markers
    const error = invalid(() => parse(new URL('https://example.org/x')));
    expect(error.reason).toBe('marker');
    expect(error.message).toContain('sqlite:, memory:, in-memory:');
    expect(invalid(() => parse(new URL('x-y:z'), new Set())).message).toContain('none');
  });

  it.each(['', ' ', '\t\n', '\u00a0'])('refuses %j as empty', (given) => {
    // Given nothing but space; when it is parsed; then it is refused as empty
    expect(reasonOf(given)).toBe('empty');
  });

  it.each(['a\0b', '/a\0', '\0', 'memory:\0', 'file:///a%00b', new URL('file:///a%00')])(
    'refuses a NUL in %j',
    (given) => {
      // Given a NUL anywhere, encoded or not; when it is parsed; then it is refused
      expect(reasonOf(given)).toBe('nul');
    },
  );

  it.each(['memory:', 'sqlite: ', 'in-memory:\n'])('refuses %j, a marker of nothing', (given) => {
    // Given a scheme with nothing behind its colon; when it is parsed; then it is refused
    expect(reasonOf(given)).toBe('marker');
  });

  it('parses the path of a SessionFile anew', () => {
    // Given the result of an earlier resolution; when it is given again; then its path counts
    const file = { key: '/k', path: '/p/../q', realPath: '/r' };
    expect(parse(file)).toEqual({ type: 'path', path: '/q' });
    expect(parse({ key: 'memory:x', path: 'memory:x', realPath: 'memory:x' }).type).toBe('marker');
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [['/a'], '[Array]'],
    [{ path: '/a' }, '[Object]'],
    [{ key: '/a', path: '/a' }, '[Object]'],
    [{ key: '/a', path: '/a', realPath: 1 }, '[Object]'],
    [{ key: '/a', path: 1, realPath: '/a' }, '[Object]'],
    [{ key: 1, path: '/a', realPath: '/a' }, '[Object]'],
    [{ href: 'file:///a' }, '[Object]'],
    [Buffer.from('/a'), 'Buffer'],
    [Object('/a'), 'String'],
    [() => '/a', 'Function'],
  ])('throws a TypeError on %o and says so', (given, said) => {
    // Given something that is no path at all; when it is parsed; then the mistake is named
    expect(() => parse(given)).toThrow(TypeError);
    expect(() => parse(given)).toThrow('Cannot resolve a session file from ');
    expect(() => parse(given)).toThrow(said);
  });

  it('refuses a relative path while the current directory is gone', () => {
    // Given a current directory that cannot be asked for
    const cause = systemError('ENOENT');
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw cause;
    });
    // When a relative path is parsed
    const error = invalid(() => parse('x.jsonl'));
    // Then it is out of reach for now, with the cause; an absolute one is not concerned
    expect(error).toMatchObject({
      reason: 'unreachable',
      systemCode: 'ENOENT',
      retry: 'wait',
      cause,
    });
    expect(parse('/x//y')).toEqual({ type: 'path', path: '/x/y' });
  });

  it('refuses a relative path in a process whose directory was deleted', () => {
    // Given a process that deletes the directory it is in
    const source = `
      import { mkdtempSync, rmdirSync } from 'node:fs';
      import { parseSessionFile } from ${JSON.stringify(
        new URL('../../src/identity/parse-input.ts', import.meta.url).href,
      )};
      const folder = mkdtempSync('/tmp/penholder-');
      process.chdir(folder);
      rmdirSync(folder);
      try { parseSessionFile('x', new Set()) } catch (error) { console.log(error.reason, error.systemCode) }`;
    // When it parses a relative path
    const child = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { encoding: 'utf8' },
    );
    // Then it gets the typed error
    expect(child.stdout).toBe('unreachable ENOENT\n');
  });
});
