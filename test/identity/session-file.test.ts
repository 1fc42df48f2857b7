import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { resolveSessionFile, resolveSessionFileSync } from '../../src/identity/session-file.js';
import { invalid, outcomeOf, outcomeOfError, useFolder } from './support/outcome.js';

/** Resolves both ways and expects one answer. */
async function resolved(file: string | URL) {
  const now = outcomeOf(() => resolveSessionFileSync(file));
  expect(await resolveSessionFile(file).catch(outcomeOfError)).toEqual(now);
  return now;
}

describe('resolveSessionFile()', () => {
  const folder = useFolder();

  it.each([
    'a.jsonl',
    'a b',
    'é',
    'e\u0301',
    '-rf',
    'new\nline',
    '%20',
    '\\',
    '"',
    "'",
    '\ufffd',
    '💬',
  ])('[P1] resolves a file named %j to itself', async (name) => {
    // Given an existing file
    const path = folder.at(name);
    writeFileSync(path, '');
    // When it is resolved; then key, path and real path are what was given, frozen
    expect(await resolved(path)).toEqual({ key: path, path, realPath: path });
    expect(Object.isFrozen(resolveSessionFileSync(path))).toBe(true);
  });

  it('[P1] gives every alias of a file one key and keeps the spelling for display', async () => {
    // Given a file, and links to it and to directories above it
    const real = folder.at('d', 'e', 'f.jsonl');
    mkdirSync(folder.at('d', 'e'), { recursive: true });
    writeFileSync(real, '');
    symlinkSync('d', folder.at('dl'));
    symlinkSync(folder.at('d', 'e'), folder.at('el'));
    symlinkSync('../dl/e/../e/f.jsonl', folder.at('d', 'fl'));
    symlinkSync('d/fl', folder.at('chain'));
    const aliases = [
      folder.at('dl/e/f.jsonl'),
      folder.at('el/f.jsonl'),
      folder.at('d/fl'),
      folder.at('chain'),
      folder.at('dl/fl'),
    ];
    for (const path of aliases) {
      // When an alias is resolved; then only the spelling is its own
      expect(await resolved(path)).toEqual({ key: real, path, realPath: real });
    }
    // And the same as text of any form, and as a URL
    const forms = [
      `${aliases[0]}/`,
      relative(process.cwd(), aliases[1] ?? ''),
      pathToFileURL(real),
    ];
    for (const form of [...forms, pathToFileURL(real).href, folder.at('d/x/../fl')]) {
      expect(await resolved(form)).toMatchObject({ key: real, realPath: real });
    }
  });

  it.each([
    ['f', 'f'],
    ['d/f', 'd/f'],
    ['no/such/dir/f', 'no/such/dir/f'],
    ['dl/f', 'd/f'],
    ['dl/no/f', 'd/no/f'],
    ['dangling', 'd/gone'],
    ['dangling/below', 'd/gone/below'],
    ['chain', 'd/gone'],
    ['chain/x/y', 'd/gone/x/y'],
    ['d/up', 'gone'],
    ['dl/up', 'gone'],
    ['d/through', 'gone'],
    ['lexical', 'd/other'],
    ['absolute', 'd/abs'],
  ])('[P5] keeps the key of %s, which is missing, when it appears', async (alias, real) => {
    // Given links that lead to nothing
    mkdirSync(folder.at('d'));
    symlinkSync('d', folder.at('dl'));
    symlinkSync('./d//gone', folder.at('dangling'));
    symlinkSync('dangling', folder.at('chain'));
    symlinkSync('../gone', folder.at('d', 'up'));
    symlinkSync('../dl/../gone', folder.at('d', 'through'));
    symlinkSync('dl/missing/../other', folder.at('lexical'));
    symlinkSync(folder.at('dl', 'abs'), folder.at('absolute'));
    const path = folder.at(alias);
    // When a path is resolved before anything is there
    const before = await resolved(path);
    // Then it leads to where the file will be
    expect(before).toEqual({ key: folder.at(real), path, realPath: folder.at(real) });
    expect(Object.isFrozen(before)).toBe(true);
    // And when the file is there, to the same
    mkdirSync(folder.at(real, '..'), { recursive: true });
    writeFileSync(folder.at(real), '');
    if (alias === 'lexical') mkdirSync(folder.at('d', 'missing'));
    expect(await resolved(path)).toEqual(before);
  });

  it('follows a dangling link whose text ends in a slash', async () => {
    // Given a link to a directory that is not there
    symlinkSync('./d/', folder.at('l'));
    // When it, or a file below it, is resolved; then it leads to where it points
    expect(await resolved(folder.at('l'))).toMatchObject({ realPath: folder.at('d') });
    expect(await resolved(folder.at('l/f'))).toMatchObject({ realPath: folder.at('d/f') });
  });

  it('[P5] spells a missing name as the file system will, lone surrogates included', async () => {
    // Given a name that cannot be written in UTF-8
    const path = folder.at('half \ud83d');
    // When it is resolved before and after its file appears
    const before = await resolved(path);
    writeFileSync(path, '');
    // Then key and real path are the same; only the spelling for display is as given
    expect(await resolved(path)).toEqual(before);
    expect(before).toMatchObject({ path, realPath: folder.at('half \ufffd') });
  });

  it('resolves a link that ends in /proc by what it opens', async () => {
    // Given the standard input of a process, a pipe, whose link has no path as its text
    const source = new URL('../../src/identity/session-file.ts', import.meta.url).href;
    const code = `import { resolveSessionFileSync } from ${JSON.stringify(source)};
      try { resolveSessionFileSync('/proc/self/fd/0') } catch (error) { console.log(error.reason) }`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    // When it is resolved there; then it is no session file
    const out = execFileSync('sh', ['-c', 'echo | "$0" "$@"', process.execPath, ...args]);
    expect(out.toString()).toBe('not-regular\n');
  });

  it('refuses what is no regular file', async () => {
    // Given directories, a device, a pipe and a socket, and links to them
    mkdirSync(folder.at('d'));
    symlinkSync('d', folder.at('dl'));
    symlinkSync('/dev/null', folder.at('null'));
    execFileSync('mkfifo', [folder.at('fifo')]);
    const server = createServer();
    await new Promise<void>((done) => server.listen(folder.at('sock'), done));
    // When they are resolved; then each is refused for what it is, for good
    for (const path of ['/', folder.path, folder.at('d'), folder.at('dl'), folder.at('d') + '/']) {
      expect(await resolved(path)).toEqual({ reason: 'directory' });
    }
    for (const path of ['/dev/null', 'null', 'fifo', 'sock']) {
      expect(await resolved(path[0] === '/' ? path : folder.at(path))).toEqual({
        reason: 'not-regular',
      });
    }
    await new Promise((done) => server.close(done));
  });

  it('refuses links that go round in a circle', async () => {
    // Given a circle of links
    symlinkSync('b', folder.at('a'));
    symlinkSync('a', folder.at('b'));
    // When one of them is resolved, or something below it; then it is a loop
    for (const path of ['a', 'b', 'a/x', 'b/x/y']) {
      expect(await resolved(folder.at(path))).toEqual({ reason: 'loop', systemCode: 'ELOOP' });
    }
  });

  it('refuses what is below a file', async () => {
    // Given a file and a link to below it
    writeFileSync(folder.at('f'), '');
    symlinkSync('f/x', folder.at('l'));
    // When something below it is resolved; then it is out of reach as long as the file is there
    const refusal = { reason: 'unreachable', systemCode: 'ENOTDIR' };
    for (const path of ['f/x', 'f/x/y', 'l']) {
      expect(await resolved(folder.at(path))).toEqual(refusal);
    }
    rmSync(folder.at('f'));
    expect(await resolved(folder.at('f/x'))).toMatchObject({ realPath: folder.at('f/x') });
  });

  it.each([
    ['a name of 300 bytes', 'n'.repeat(300)],
    ['a name of 300 bytes below what is missing', `no/${'n'.repeat(300)}/f`],
    ['a name of 256 bytes in 128 letters below what is missing', `no/${'é'.repeat(128)}`],
    ['a path of 5000 bytes', 'd/'.repeat(2_500) + 'f'],
  ])('refuses %s as too long', async (_, tail) => {
    // Given a path that no file system of this machine takes; when it is resolved; then it says so
    expect(await resolved(folder.at(tail))).toMatchObject({ reason: 'too-long' });
  });

  it('serves names of 255 bytes', async () => {
    // Given the longest names there are, existing or not
    const path = folder.at('no', 'é'.repeat(127), 'n'.repeat(255));
    // When they are resolved; then they are served
    expect(await resolved(path)).toMatchObject({ realPath: path });
  });

  it('refuses a link whose text is not UTF-8', async () => {
    // Given a dangling link to a name that no string of this language can hold
    symlinkSync(Buffer.from([0x67, 0xff]), folder.at('l'));
    // When it is resolved; then the refusal names the link
    expect(await resolved(folder.at('l'))).toEqual({ reason: 'unreachable' });
    expect(invalid(() => resolveSessionFileSync(folder.at('l'))).message).toContain('UTF-8');
    // And so is what exists under such a name
    writeFileSync(Buffer.concat([Buffer.from(folder.at('g')), Buffer.from([0xff])]), '');
    expect(await resolved(folder.at('l'))).toMatchObject({ reason: 'unreachable' });
  });

  it('[P6] keeps the case and the Unicode form of names on a volume that does not fold', async () => {
    // Given names that differ in case or form only, on this machine's case-sensitive volume
    for (const name of ['a', 'A', 'é', 'e\u0301', 'É']) {
      // When they are resolved; then each is itself
      expect(await resolved(folder.at('Ü', name))).toMatchObject({ key: folder.at('Ü', name) });
    }
  });

  it('[P7] leaves hard links apart, their identity is the file id', async () => {
    // Given two names of one file
    writeFileSync(folder.at('a'), '');
    linkSync(folder.at('a'), folder.at('b'));
    // When they are resolved; then the keys differ
    expect(await resolved(folder.at('a'))).toMatchObject({ key: folder.at('a') });
    expect(await resolved(folder.at('b'))).toMatchObject({ key: folder.at('b') });
  });

  it('[P3] knows nothing but the path', async () => {
    // Given a result that was resolved before its directory became a link
    mkdirSync(folder.at('d'));
    const before = resolveSessionFileSync(folder.at('d/f'));
    rmSync(folder.at('d'), { recursive: true });
    symlinkSync('elsewhere', folder.at('d'));
    // When it is resolved anew; then the path says where, not the old key
    const after = await resolveSessionFile(before);
    expect(after).toEqual({
      ...before,
      key: folder.at('elsewhere/f'),
      realPath: folder.at('elsewhere/f'),
    });
    expect(resolveSessionFileSync(before)).toEqual(after);
  });

  it('takes a relative path from the directory at the call, not a moment later', async () => {
    // Given a call with a relative path
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder.path);
    const pending = resolveSessionFile('f');
    // When the process goes elsewhere before the answer
    cwd.mockReturnValue('/');
    // Then the answer is of the directory it was called in
    await expect(pending).resolves.toMatchObject({ path: folder.at('f') });
  });

  it('rejects and never throws', async () => {
    // Given bad input; when it is given to the asynchronous way; then a promise rejects
    for (const bad of ['', 5 as never, '/dev/null']) {
      const pending = resolveSessionFile(bad);
      expect(pending).toBeInstanceOf(Promise);
      await expect(pending).rejects.toThrow(/^Cannot /);
    }
  });

  it('answers markers without I/O, by the set of the thread', async () => {
    // Given markers before there is an owner table in this thread, and those of a table
    const markerOf = (text: string) => ({ key: text, path: text, realPath: text });
    expect(await resolved('memory:x')).toEqual(markerOf('memory:x'));
    const table = { protocol: 1, markers: new Set(['redis']) };
    vi.stubGlobal(Symbol.for('penholder.owner-table'), table);
    // When they are resolved; then the table's are in force, and the results are frozen
    expect(await resolved('redis:x')).toEqual(markerOf('redis:x'));
    expect(await resolved('memory:x')).toMatchObject({ path: resolve('memory:x') });
    expect(Object.isFrozen(resolveSessionFileSync('redis:x'))).toBe(true);
    expect(Object.isFrozen(await resolveSessionFile('redis:x'))).toBe(true);
  });

  it('agrees with the kernel on existing files of this repository', async () => {
    // Given a file behind whatever links the checkout has
    const path = new URL('../../package.json', import.meta.url);
    // When it is resolved; then it is where the kernel says
    expect(await resolved(path)).toMatchObject({ realPath: realpathSync.native(path) });
  });
});
