import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { USAGE } from '../../src/cli/usage.js';
import { literalsOf, membersOf, unionOf } from './support/declarations.js';
import { codeBlocks, codeSpans, ROOT, section, tableRows, textOf } from './support/markdown.js';

const PROCESSES = section(textOf('README.md'), '## Several processes, and after a crash');
const RECIPES = 'test/recipes/support';
const OPTIONS = 'src/leases/lock-file/options.ts';

/** What `penholder --help` says of its exit codes: code -> the first words about it. */
function exitCodesIn(usage: string): Record<string, string> {
  const lines = usage.matchAll(/^ {2}(\d) {2}(.+?)(?:[.:,]|$)/gm);
  return Object.fromEntries(Array.from(lines, ([, code = '', words = '']) => [code, words]));
}

describe('what the README says of several processes', () => {
  it('shows every setting of the leases with its default', () => {
    const [shown = ''] = codeSpans(PROCESSES).filter((span) => span.startsWith('lockFileLeases('));
    const defaults = [...membersOf(OPTIONS, 'LockFileOptions')];

    expect(defaults.length).toBeGreaterThan(0);
    expect(defaults.filter(([name, value]) => !shown.includes(`${name}: ${value}`))).toEqual([]);
  });

  it('names every value that a setting may have', () => {
    const values = literalsOf(OPTIONS, 'LockFileOptions');

    expect(values.filter((value) => !PROCESSES.includes(`'${value}'`))).toEqual([]);
  });

  it('names every reason why a file cannot be leased', () => {
    const reasons = unionOf('src/errors/lease-errors.ts', 'LeaseUnavailableReason');

    expect(codeSpans(textOf('README.md'))).toEqual(expect.arrayContaining(reasons));
  });

  it('names everything that is in the folder of a lock', () => {
    const names = [
      'epoch',
      '<number>.free',
      '<number>.who',
      '<number>.died',
      'wait-...',
      'new-...',
    ];

    expect(codeSpans(PROCESSES)).toEqual(expect.arrayContaining(names));
  });

  it('shows every command of the command line', () => {
    const commands = Array.from(USAGE.matchAll(/^ {2}penholder (\w+ \w+)/gm), ([, name]) => name);

    expect(commands).toHaveLength(3);
    expect(commands.filter((name) => !PROCESSES.includes(`npx penholder ${name}`))).toEqual([]);
  });

  it('names every exit code, in the words of --help', () => {
    const told = Array.from(PROCESSES.matchAll(/`(\d)` (?:a )?(\w+)/g), ([, code]) => Number(code));
    const codes = Object.keys(exitCodesIn(USAGE)).map(Number);

    expect(told).toEqual(Object.values(EXIT));
    expect(codes).toEqual(Object.values(EXIT));
  });

  it('tells a safe step for whatever `who` may find', () => {
    const rows = tableRows(PROCESSES, 'it is with');

    expect(rows).toHaveLength(7);
    expect(rows.filter(([, , , step]) => step === '')).toEqual([]);
  });

  it.each(['its holder died', 'its lock does not tell by whom', 'nobody can have it', 'last sign'])(
    'quotes what the command line says: %s',
    (words) => {
      expect(codeSpans(PROCESSES)).toContain(words);
      expect(textOf('src/cli/report-text.ts')).toContain(words);
    },
  );

  it('shows recipes that are tested, word for word', () => {
    const code = readdirSync(`${ROOT}${RECIPES}`).map((name) => textOf(`${RECIPES}/${name}`));
    const parts = codeBlocks(PROCESSES, 'ts').flatMap((block) => block.split('\n\n'));
    const own = parts.filter((part) => !part.startsWith('import '));
    const indented = own.map((part) => part.trimEnd().replaceAll(/^(?=.)/gm, '  '));

    expect(indented).toHaveLength(2);
    expect(indented.filter((part) => !code.some((text) => text.includes(part)))).toEqual([]);
  });
});
