import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import list from '../../tools/guarantees.json' with { type: 'json' };
import { guaranteeIds, tallyGuarantees } from '../../tools/guarantee-tally.js';
import { countTests } from '../../tools/test-report.js';
import { useTempDir } from '../support/temp-dir.js';

const TOOL = fileURLToPath(new URL('../../tools/guarantees.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const test = (title: string, status: string) => ({ title, fullName: `suite ${title}`, status });
const GROUPS = [
  { group: 'Paths', guarantees: { P1: 'one key', P2: 'one owner' } },
  { group: 'Order', guarantees: { O1: 'next is granted' } },
];

describe('guaranteeIds()', () => {
  // The examples stay out of the titles: this very tool would count them.
  it.each([
    { where: 'one bracket', title: '[P5] keeps one key', ids: ['P5'] },
    { where: 'several brackets', title: '[P2] [O1] holds', ids: ['P2', 'O1'] },
    { where: 'a list', title: '[P2, O1,T12 F3] holds', ids: ['P2', 'O1', 'T12', 'F3'] },
    { where: 'one id said twice', title: '[P2] holds [P2]', ids: ['P2'] },
    { where: 'text without ids', title: 'nothing in [brackets], arr[0] or P5', ids: [] },
  ])('reads $where', ({ title, ids }) => {
    expect(guaranteeIds(title)).toEqual(ids);
  });
});

describe('tallyGuarantees()', () => {
  it('counts passing and failing tests of each id', () => {
    const tally = tallyGuarantees(GROUPS, [
      test('[P1] a', 'passed'),
      test('[P1, O1] b', 'passed'),
      test('[O1] c', 'failed'),
      test('no id', 'failed'),
    ]);

    expect(tally.groups[0]?.guarantees).toEqual([
      { id: 'P1', title: 'one key', passing: 2, failing: 0 },
      { id: 'P2', title: 'one owner', passing: 0, failing: 0 },
    ]);
    expect(tally.totals).toEqual({ guarantees: 3, proven: 1, failing: 1, open: 1 });
    expect(tally.open).toEqual(['P2']);
    expect(tally.failingTests).toEqual(['suite [O1] c']);
  });

  it('leaves an id open whose tests were skipped', () => {
    const tally = tallyGuarantees(GROUPS, [test('[P1] a', 'skipped'), test('[P2] b', 'todo')]);

    expect(tally.open).toEqual(['P1', 'P2', 'O1']);
  });

  it('names an id that the list does not know', () => {
    const tally = tallyGuarantees(GROUPS, [test('[P3] a', 'passed')]);

    expect(tally.unknown).toEqual([{ id: 'P3', test: 'suite [P3] a' }]);
  });
});

describe('countTests()', () => {
  it('counts a file that does not load as one failure', () => {
    const counts = countTests({
      startTime: 0,
      testResults: [
        { name: 'a', status: 'passed', assertionResults: [test('x', 'passed')] },
        { name: 'b', status: 'failed', assertionResults: [] },
        { name: 'c', status: 'failed', assertionResults: [test('x', 'failed')] },
      ],
    });

    expect(counts).toEqual({ passed: 1, failed: 2 });
  });
});

describe('npm run guarantees', () => {
  const dir = useTempDir();

  async function guarantees(...tests: ReturnType<typeof test>[]): Promise<{
    code: number;
    stdout: string;
  }> {
    const file = dir.join('report.json');
    const testResults = [{ name: 'a.test.ts', status: 'passed', assertionResults: tests }];
    await writeFile(file, JSON.stringify({ startTime: 0, testResults }));
    return await new Promise((resolve) => {
      const args = ['--import', TSX, TOOL, '--report', file];
      const child = execFile(process.execPath, args, (_error, stdout) => {
        resolve({ code: child.exitCode ?? -1, stdout });
      });
    });
  }

  it('ends with 0 and lists what is open', async () => {
    const { code, stdout } = await guarantees(test('[P1] a', 'passed'));

    expect(code).toBe(0);
    expect(stdout).toContain('107 guarantees: 1 proven, 0 failing, 106 open');
    expect(stdout).toMatch(/^Open: P2 P3 /m);
  });

  it.each([
    ['a test that carries an id fails', test('[P1] a', 'failed'), 'Fails: suite [P1] a'],
    ['an id is unknown', test('[P10] a', 'passed'), 'Unknown id P10: suite [P10] a'],
  ])('ends with 1 when %s', async (_when, failing, line) => {
    const { code, stdout } = await guarantees(failing);

    expect(code).toBe(1);
    expect(stdout).toContain(line);
  });
});

describe('guarantees.json', () => {
  it('lists each id of each group once, in order', () => {
    const ids = list.map(({ guarantees }) => Object.keys(guarantees));

    expect(ids.flat()).toEqual(
      ids.flatMap((group) => group.map((_id, at) => `${group[0]?.[0]}${at + 1}`)),
    );
    expect(new Set(ids.flat()).size).toBe(107);
  });
});
