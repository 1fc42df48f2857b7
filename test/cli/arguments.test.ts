import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { unionOf } from '../docs/support/declarations.js';
import { cli } from './support/run.js';

describe('the command line', () => {
  it.each([
    { args: [], says: 'A command is missing: who, ls or doctor.' },
    { args: ['lsd', 'x'], says: 'There is no command "lsd": use who, ls or doctor.' },
    { args: ['constructor', 'x'], says: 'There is no command "constructor"' },
    { args: ['who'], says: 'who needs a FILE: penholder who FILE' },
    { args: ['ls'], says: 'ls needs a DIR: penholder ls DIR' },
    { args: ['doctor', ''], says: 'doctor needs a DIR: penholder doctor DIR' },
    { args: ['who', 'a', 'b'], says: 'who takes one FILE, and got 2.' },
    { args: ['ls', '--fix', '.'], says: 'ls has no option --fix.' },
    { args: ['doctor', '--held', '.'], says: 'doctor has no option --held.' },
    { args: ['who', '--held', 'a'], says: 'who has no option --held.' },
    { args: ['who', '--recursive', '.'], says: 'who has no option --recursive.' },
    { args: ['ls', '--frist', '.'], says: "Unknown option '--frist'." },
    { args: ['ls', '--json=yes', '.'], says: "'--json' does not take an argument." },
    { args: ['who', 'a\0b'], says: 'A name cannot hold a NUL character.' },
    { args: ['who', 'memory:x'], says: 'memory:x is no file but a name in memory' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, out, err } = await cli(...args);

    expect(err).toContain(says);
    expect(err).toMatch(/^penholder: .*\npenholder --help tells more\.\n$/);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('takes a name that begins with a dash after two dashes', async () => {
    const { code, err } = await cli('who', '--', '-no-such-file');

    expect(err).toMatch(/^penholder: There is no .*-no-such-file, and no lock of it\.\n$/);
    expect(code).toBe(3);
  });

  it.each([['--help'], ['-h'], ['doctor', '--help']])('explains itself: %s', async (...args) => {
    const { code, out } = await cli(...args);

    expect(out).toContain('penholder who FILE');
    expect(code).toBe(0);
  });

  it.each(Object.values(EXIT))('documents exit code %i', async (code) => {
    const { out } = await cli('--help');

    expect(out).toMatch(new RegExp(`^  ${code}  `, 'm'));
  });

  it.each(['held', 'stopped', 'dead', 'unknown', 'strange', 'free'])(
    'documents what ls calls %s',
    async (state) => {
      const { out } = await cli('--help');

      expect(out).toMatch(new RegExp(`^  ${state} +\\w`, 'm'));
    },
  );

  it.each(unionOf('src/cli/findings.ts', 'FindingKind'))(
    'documents what doctor calls %s',
    async (kind) => {
      const { out } = await cli('--help');

      expect(out).toMatch(new RegExp(`^  ${kind} +\\w`, 'm'));
    },
  );

  it('explains itself in 100 columns', async () => {
    const { out } = await cli('--help');

    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('tells its version', async () => {
    const answer = await cli('--version');

    expect(answer).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });
});
