import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../tools/storm/options.js';

describe('the command line of the storm', () => {
  it('takes minutes and processes by name', () => {
    const options = readCommandLine(['--minutes', '0.5', '--processes', '32', '--seed', '7']);

    expect(options).toEqual({
      ...{ minutes: 0.5, processes: 32, files: 4, seed: 7 },
      ...{ through: 'coordinator', json: false },
    });
  });

  it('takes them by their order, too', () => {
    expect(readCommandLine(['10', '20'])).toMatchObject({ minutes: 10, processes: 20 });
  });

  it('storms for a minute with 16 processes where nothing is said', () => {
    expect(readCommandLine([])).toMatchObject({ minutes: 1, processes: 16 });
  });

  it('has nothing to play where help is wanted', () => {
    expect(readCommandLine(['--help'])).toBeUndefined();
  });

  it.each([
    [['x'], /^--minutes takes a number from 0\.05 on, not "x"$/],
    [['--minutes', 'NaN'], /^--minutes takes .*, not "NaN"$/],
    [['--minutes', 'Infinity'], /^--minutes takes .*, not "Infinity"$/],
    [['--minutes', ''], /^--minutes takes .*, not ""$/],
    [['--processes', '1.5'], /^--processes takes a whole number from 1 on, not "1\.5"$/],
    [['--files', '0'], /^--files takes .*, not "0"$/],
    [['--seed=-1'], /^--seed takes .*, not "-1"$/],
    [['--through', 'x'], /^--through takes coordinator or provider, not "x"$/],
    [['1', '2', '3'], /^There is no third number, got "3"$/],
    [['--nope'], /--nope/],
  ])('refuses %j, and says why', (args, why) => {
    expect(() => readCommandLine(args)).toThrow(why);
  });
});
