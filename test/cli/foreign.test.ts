import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LockReport } from '../../src/cli/lock-report.js';
import { useTempDir } from '../support/temp-dir.js';
import { examined } from './support/doctor.js';
import { everythingIn, session } from './support/locks.js';
import { cli, cliJson } from './support/run.js';

describe('a folder in the place of a lock, in which nothing is of this package', () => {
  const dir = useTempDir();

  /** The session file. */
  function locked(agoMs: number, ...names: string[]): string {
    const file = session(dir.join('a.jsonl'));
    mkdirSync(`${file}.lock`);
    for (const name of names) writeFileSync(`${file}.lock/${name}`, '');
    const at = new Date(Date.now() - agoMs);
    utimesSync(`${file}.lock`, at, at);
    return file;
  }

  it('[L6] is explained by who where it is empty: what it is, that it passes, what to do', async () => {
    const file = locked(180_000);

    const { code, out } = await cli('who', file);
    const text = out.replace(/\s+/g, ' ');

    expect(out).toContain(': held, and its lock does not tell by whom: it is an empty folder\n');
    expect(text).toContain('alive unknown: its lock is an empty folder, which tells nothing');
    expect(text).toContain('last touched 3 min ago');
    expect(text).toContain('ended, or the machine did, at the moment when it made its lock');
    expect(text).toContain('takes it once no sign of life came for 30 s');
    expect(text).toContain('end all programs that use the file, and remove the folder');
    expect(text).toContain(`lock ${file}.lock `);
    expect(code).toBe(0);
  });

  it('is explained by who where another program has something in it', async () => {
    const { out } = await cli('who', locked(0, 'pid'));
    const text = out.replace(/\s+/g, ' ');

    expect(out).toContain(': held, and its lock does not tell by whom\n');
    expect(text).toContain('another program made a lock here, by its own rules');
    expect(text).not.toContain('empty');
  });

  it.each([{ names: [] }, { names: ['pid'] }])(
    'has no fencing token, no sign of life and no record: $names',
    async ({ names }) => {
      const { out } = await cli('who', locked(900_000, ...names));

      expect(out).not.toMatch(/null|token|last sign|\.lock\/|paused/);
    },
  );

  it.each([
    { names: [], foreign: 'empty' },
    { names: ['pid'], foreign: 'other' },
    { names: ['epoch'], foreign: null },
    { names: ['7'], foreign: null },
  ])('is told as a field of the JSON: $names', async ({ names, foreign }) => {
    const report = await cliJson<LockReport>('who', locked(0, ...names));

    expect(report.foreign).toBe(foreign);
  });

  it.each([
    { names: [], shown: '(empty folder)' },
    { names: ['pid'], shown: '(another program)' },
  ])('is told by ls: $shown', async ({ names, shown }) => {
    locked(0, ...names);

    const { out } = await cli('ls', dir.path);

    expect(out.split('\n')[1]).toBe(`unknown      -    -  ${shown.padEnd(22)}  a.jsonl`);
  });

  it.each([
    { names: [], found: 'is an empty folder, last touched 3 min ago', known: 'ended as it made' },
    { names: ['x\n'], found: 'is a folder of another program', known: String.raw`"x\n"` },
  ])('is found by doctor, which leaves it: $names', async ({ names, found, known }) => {
    const file = locked(180_000, ...names);
    const before = everythingIn(dir.path);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([
      { kind: 'foreign-lock', path: `${file}.lock`, sessionFile: file, outcome: 'remains' },
    ]);
    expect(findings[0]?.found).toContain(found);
    expect(findings[0]?.because).toContain(known);
    expect(findings[0]?.toDo).toContain('a run that waits for the file takes it by itself');
    expect(everythingIn(dir.path)).toEqual(before);
    expect(code).toBe(1);
  });

  it('is nothing that doctor minds while somebody touches it', async () => {
    locked(50_000);

    const { code, findings } = await examined(dir.path);

    expect({ code, findings }).toEqual({ code: 0, findings: [] });
  });
});
