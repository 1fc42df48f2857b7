import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { examined } from './support/doctor.js';
import { dieHolding, startHolder } from './support/holders.js';
import { DEAD, ELSEWHERE, everythingIn, markName, put, record, session } from './support/locks.js';
import { cli } from './support/run.js';

describe('penholder doctor', () => {
  const dir = useTempDir();

  it('finds nothing wrong with a file that a living process has', async () => {
    await startHolder(session(dir.join('a.jsonl')));

    const { code, out } = await cli('doctor', dir.path);

    expect(out).toBe('Looked at 1 session file and 1 lock. Nothing is wrong.\n');
    expect(code).toBe(0);
  });

  it('[L5] finds the dead, says how that is known, and that nothing has to be done', async () => {
    const file = session(dir.join('a.jsonl'));
    const pid = await dieHolding(file);

    const { code, out } = await cli('doctor', dir.path);

    expect(out).toContain(`dead-holder: a.jsonl\n`);
    expect(out).toContain(`run-of-${pid}`);
    expect(out).toContain('  known  No process has its id.\n');
    expect(out).toContain('to do  Nothing: the next run takes the file at once.');
    expect(out).toMatch(/1 finding; --fix takes care of 1\.\n$/);
    expect(code).toBe(1);
  });

  it.each([
    { kind: 'dead-holder', name: '7', text: record(DEAD), ageMs: 0 },
    { kind: 'dead-waiter', name: markName('wait'), text: record(DEAD), ageMs: 0 },
    { kind: 'dead-waiter', name: markName('new'), text: record(DEAD), ageMs: 0 },
    { kind: 'silent-holder', name: '7', text: record(ELSEWHERE), ageMs: 130_000 },
    { kind: 'silent-holder', name: '7', text: record({ instanceId: 'x' }), ageMs: 130_000 },
    { kind: 'unreadable-record', name: '7', text: '{"version":1', ageMs: 70_000 },
    { kind: 'unreadable-record', name: '7', text: '{"version":2}', ageMs: 70_000 },
    { kind: 'unreadable-record', name: '7', text: ' '.repeat(100_000), ageMs: 70_000 },
    { kind: 'unreadable-record', name: markName('new'), text: '', ageMs: 70_000 },
  ] as const)('finds a $kind ($name, $ageMs ms old)', async ({ kind, name, text, ageMs }) => {
    const file = session(dir.join('a.jsonl'));
    const path = put(file, name, text, ageMs);

    const { code, findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind, path, sessionFile: file, outcome: 'remains' }]);
    expect(code).toBe(1);
  });

  it.each([
    {
      of: 'holder that gave a sign of life lately',
      name: '7',
      text: record(ELSEWHERE),
      ageMs: 60_000,
    },
    { of: 'record in the making', name: '7', text: '', ageMs: 0 },
    { of: 'mark in the making', name: markName('wait'), text: '', ageMs: 0 },
    { of: 'waiter elsewhere', name: markName('wait'), text: record(ELSEWHERE), ageMs: 900_000 },
    { of: 'claim given back', name: '7.free', text: record(DEAD), ageMs: 900_000 },
    { of: 'clock that is ahead', name: '7', text: record(ELSEWHERE), ageMs: -900_000 },
    { of: 'mark of another name than ours', name: 'wait-x', text: 'half', ageMs: 900_000 },
    { of: 'name that is not ours', name: '.nfs0000', text: '', ageMs: 900_000 },
  ])('finds nothing wrong with a $of', async ({ name, text, ageMs }) => {
    put(session(dir.join('a.jsonl')), name, text, ageMs);

    const { code, findings } = await examined(dir.path);

    expect(findings).toEqual([]);
    expect(code).toBe(0);
  });

  it('[L6] finds a folder where a record should be', async () => {
    mkdirSync(`${session(dir.join('a.jsonl'))}.lock/7`, { recursive: true });
    execFileSync('touch', ['-d', '2 minutes ago', dir.join('a.jsonl.lock', '7')]);

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'unreadable-record', canFix: false }]);
  });

  it.each([
    { of: 'a file', make: (path: string) => writeFileSync(path, ''), is: 'a file is in' },
    { of: 'a link', make: (path: string) => symlinkSync('x', path), is: 'a link is in' },
    {
      of: 'a pipe',
      make: (path: string) => void execFileSync('mkfifo', [path]),
      is: 'a pipe, socket or device is in',
    },
  ])('finds $of in the place of a lock', async ({ make, is }) => {
    make(`${session(dir.join('a.jsonl'))}.lock`);

    const { code, findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'strange-lock', path: dir.join('a.jsonl.lock') }]);
    expect(findings[0]?.found).toContain(is);
    expect(code).toBe(1);
  });

  it('finds a file in the place of the lock of a session that is to come', async () => {
    writeFileSync(dir.join('a.jsonl.lock'), '');

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'strange-lock' }]);
  });

  it('leaves the locks of other programs alone', async () => {
    writeFileSync(dir.join('yarn.lock'), '');
    mkdirSync(dir.join('a.lock'));
    mkdirSync(dir.join('b.lock', 'x'), { recursive: true });
    const before = everythingIn(dir.path);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toEqual([]);
    expect(everythingIn(dir.path)).toEqual(before);
    expect(code).toBe(0);
  });

  it.each([
    { of: 'free', name: '7.free', text: record(DEAD) },
    { of: 'of a dead holder', name: '7', text: record(DEAD) },
  ])('finds the lock of a session that is gone: $of', async ({ name, text }) => {
    put(dir.join('a.jsonl'), name, text);

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'gone-session', path: dir.join('a.jsonl.lock') }]);
  });

  it.each([
    { of: 'has', name: '7', text: record({ instanceId: 'x' }) },
    { of: 'has, perhaps', name: '7', text: record(ELSEWHERE) },
    { of: 'waits for', name: markName('wait'), text: record({ instanceId: 'x' }) },
    { of: 'waits for, perhaps', name: markName('wait'), text: 'damaged' },
  ])('does not miss a session file that somebody $of before it is made', async ({ name, text }) => {
    put(dir.join('a.jsonl'), '6.free', record(DEAD));
    put(dir.join('a.jsonl'), name, text);

    const { findings } = await examined(dir.path);

    expect(findings).toEqual([]);
  });

  it('changes nothing without --fix', async () => {
    put(session(dir.join('a.jsonl')), '7', record(DEAD));
    put(dir.join('a.jsonl'), markName('wait'), record(DEAD));
    put(dir.join('gone.jsonl'), '7.free', record(DEAD));
    mkdirSync(dir.join('x.lock.gone-00000000-0000-4000-8000-00000000000a'));
    writeFileSync(dir.join('torn.jsonl'), '{"a"');
    const before = everythingIn(dir.path);

    await cli('doctor', '-r', dir.path);

    expect(everythingIn(dir.path)).toEqual(before);
  });

  it('tells names from outside in one line', async () => {
    put(session(dir.join('a\n\u001B.jsonl')), '7', record(DEAD, { runId: 'x\ny' }));

    const { out } = await cli('doctor', dir.path);

    expect(out).toContain(String.raw`dead-holder: "a\n\u001b.jsonl"`);
    expect(out).toContain(String.raw`run "x\ny"`);
  });

  it('looks below only where it is asked to', async () => {
    mkdirSync(dir.join('sub'));
    put(session(dir.join('sub', 'a.jsonl')), '7', record(DEAD));

    const [flat, deep] = [await examined(dir.path), await examined('-r', dir.path)];

    expect(flat.findings).toEqual([]);
    expect(deep.findings).toHaveLength(1);
  });
});
