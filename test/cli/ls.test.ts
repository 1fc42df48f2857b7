import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { dieHolding, startHolder } from './support/holders.js';
import { DEAD, ELSEWHERE, everythingIn, markName, put, record, session } from './support/locks.js';
import { cli, cliJson } from './support/run.js';

interface Listed {
  files: { sessionFile: string; state: string; liveness: string | null }[];
  counts: Record<string, number>;
  notLookedAt: unknown[];
}

describe('penholder ls', () => {
  const dir = useTempDir();

  it('lists the files of living and dead processes', async () => {
    const [one, two] = [session(dir.join('one.jsonl')), session(dir.join('two.jsonl'))];
    const { pid } = (await startHolder(one)).process;
    const deadPid = await dieHolding(two);

    const { code, out } = await cli('ls', dir.path);

    expect(out).toMatch(new RegExp(`^held  .* person, pid ${pid} .* one\\.jsonl$`, 'm'));
    expect(out).toMatch(new RegExp(`^dead  .* person, pid ${deadPid} .* two\\.jsonl$`, 'm'));
    expect(out).toMatch(/\n\n2 session files: 1 held, 1 dead\n$/);
    expect(code).toBe(0);
  });

  it('sorts by name, in columns', async () => {
    put(session(dir.join('b.jsonl')), '7', record(ELSEWHERE, { host: 'b' }), 0);
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    put(dir.join('c.jsonl'), '7', record(DEAD));
    put(dir.join('c.jsonl'), markName('wait'), record(ELSEWHERE));
    put(session(dir.join('d.jsonl')), '7', 'damaged');
    session(dir.join('e.jsonl'));
    writeFileSync(dir.join('e.jsonl.lock'), '');

    const { out } = await cli('ls', dir.path);

    expect(out).toBe(
      [
        'STATE      FOR WAIT  HOLDER                  FILE',
        'free       0 s    -  -                       a.jsonl',
        'unknown  2 min    -  cron, pid 99999999 on b  b.jsonl',
        'dead     2 min    1  cron, pid 99999999 on gw-1  c.jsonl  (no file)',
        'unknown      -    -  (cannot be read)        d.jsonl',
        'strange      -    -  -                       e.jsonl',
        '',
        '5 session files: 1 dead, 2 unknown, 1 strange, 1 free',
        '',
      ].join('\n'),
    );
  });

  it.each([
    { name: 'with space.jsonl', shown: 'with space.jsonl' },
    { name: 'it’s "quoted".jsonl', shown: 'it’s "quoted".jsonl' },
    { name: '会話 ünï.jsonl', shown: '会話 ünï.jsonl' },
    { name: 'two\nlines.jsonl', shown: String.raw`"two\nlines.jsonl"` },
    { name: ' edge ', shown: '" edge "' },
    { name: '"', shown: String.raw`"\""` },
    { name: '-rf', shown: '-rf' },
    { name: '\u001B[2Jgone', shown: String.raw`"\u001b[2Jgone"` },
    { name: 'a.lock', shown: 'a.lock' },
  ])('tells $shown in one line', async ({ name, shown }) => {
    put(session(dir.join(name)), '7.free', record(DEAD));

    const { out } = await cli('ls', dir.path);

    expect(out.split('\n')[1]).toBe(`free       0 s    -  -                       ${shown}`);
  });

  it('tells the name of a file whose lock had to be shortened', async () => {
    const file = session(dir.join('x'.repeat(252)));
    put(file, '7.free', record(DEAD));

    const { files } = await cliJson<Listed>('ls', dir.path);

    expect(files.map(({ sessionFile }) => sessionFile)).toEqual([file]);
  });

  it('leaves out the locks of other programs', async () => {
    writeFileSync(dir.join('yarn.lock'), '');
    mkdirSync(dir.join('empty.lock'));
    mkdirSync(dir.join('other.lock', 'sub'), { recursive: true });
    mkdirSync(dir.join('.lock'));

    const { code, out } = await cli('ls', dir.path);

    expect(out).toBe('No session file here has a lock.\n');
    expect(code).toBe(0);
  });

  it('looks below only where it is asked to', async () => {
    mkdirSync(dir.join('sub', 'deep'), { recursive: true });
    put(session(dir.join('sub', 'deep', 'x')), '7.free', record(DEAD));
    put(session(dir.join('y')), '7.free', record(DEAD));

    const [flat, deep] = [await cli('ls', dir.path), await cli('ls', '-r', dir.path)];

    expect(flat.out).toContain('\n1 session file: 1 free\n');
    expect(deep.out).toMatch(/ y\n.* sub\/deep\/x\n/);
  });

  it('tells the same as JSON', async () => {
    put(session(dir.join('b')), '7', record(DEAD));

    const listed = await cliJson<Listed>('ls', dir.path);

    expect(listed).toMatchObject({
      ...{ format: 1, code: 0, folder: dir.path, notLookedAt: [] },
      files: [{ sessionFile: dir.join('b'), state: 'held', liveness: 'dead' }],
      counts: { dead: 1, held: 0 },
    });
  });

  it('lists only the files that somebody has now, where it is asked to', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    put(session(dir.join('b.jsonl')), '7', record(ELSEWHERE));
    put(session(dir.join('c.jsonl')), '7', record(DEAD));
    put(session(dir.join('d.jsonl')), '7', record({ instanceId: 'x' }));
    writeFileSync(`${session(dir.join('e.jsonl'))}.lock`, '');

    const { code, out } = await cli('ls', '--held', dir.path);

    expect(out.split('\n').map((line) => line.split(/ {2,}/).at(-1))).toEqual([
      ...['FILE', 'b.jsonl', 'd.jsonl', ''],
      ...['2 of 5 session files: 1 held, 1 unknown', ''],
    ]);
    expect(code).toBe(0);
  });

  it('says so where nobody has any of the files now', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    put(session(dir.join('b.jsonl')), '7', record(DEAD));

    const { code, out } = await cli('ls', '--held', dir.path);

    expect(out).toBe('Nobody has any of the 2 session files here that have a lock.\n');
    expect(code).toBe(0);
  });

  it('says so where there is no lock at all, also where only held ones are asked for', async () => {
    const { out } = await cli('ls', '--held', dir.path);

    expect(out).toBe('No session file here has a lock.\n');
  });

  it.each([
    { of: 'all', args: [], names: ['a', 'b', 'c'] },
    { of: 'the held', args: ['--held'], names: ['b', 'c'] },
  ])('tells $of as JSON, and counts all', async ({ args, names }) => {
    put(session(dir.join('a')), '7.free', record(DEAD));
    put(session(dir.join('b')), '7', record(ELSEWHERE));
    put(session(dir.join('c')), '7', record(ELSEWHERE));

    const listed = await cliJson<Listed>('ls', ...args, dir.path);

    expect(listed.files.map(({ sessionFile }) => sessionFile)).toEqual(
      names.map((name) => dir.join(name)),
    );
    expect(listed).toMatchObject({
      isHeldOnly: args.length > 0,
      counts: { held: 0, stopped: 0, dead: 0, unknown: 2, strange: 0, free: 1 },
    });
  });

  it('is JSON also where there is nothing to list', async () => {
    const { out } = await cli('ls', '--json', dir.path);

    expect(JSON.parse(out)).toMatchObject({ format: 1, files: [], notLookedAt: [] });
  });

  it('tells each file in one line of its JSON, its name first', async () => {
    put(session(dir.join('two\nlines')), '7', record(DEAD));

    const { out } = await cli('ls', '--json', dir.path);

    expect(out.split('\n').filter((line) => line.startsWith('    {"sessionFile":"'))).toHaveLength(
      1,
    );
  });

  it('changes nothing', async () => {
    put(session(dir.join('a')), '7', record(DEAD));
    put(dir.join('b'), '7.free', record(DEAD));
    mkdirSync(`${session(dir.join('c'))}.lock`);
    const before = everythingIn(dir.path);

    await cli('ls', '-r', dir.path);

    expect(everythingIn(dir.path)).toEqual(before);
  });

  it('finds 2,000 locks among 10,000 names', async () => {
    for (let count = 0; count < 2_000; count += 1) {
      mkdirSync(`${dir.join(`s${count}`)}.lock`);
      writeFileSync(`${dir.join(`s${count}`)}.lock/epoch`, '');
      for (const end of ['', '.a', '.b', '.c']) writeFileSync(dir.join(`s${count}${end}`), '');
    }

    const { out } = await cli('ls', dir.path);

    expect(out).toMatch(/\n2,000 session files: 2,000 free\n$/);
  });
});
