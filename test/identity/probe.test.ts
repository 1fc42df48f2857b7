import { describe, expect, it } from 'vitest';
import { probeVolume } from '../../src/identity/probe.js';
import { driveAsync, driveSync } from '../../src/identity/questions.js';
import { FakeFs, systemError } from './support/fake-fs.js';

const probe = (fs: FakeFs, directory: string, device = 1) =>
  driveSync(probeVolume(device, directory, fs), fs);

describe('probeVolume()', () => {
  it.each([true, false])('[P6] tries a directory in the other case (folds: %s)', async (folds) => {
    // Given a volume with a directory of a plain name
    const fs = new FakeFs({ folds }).dir('/1/Data/2');
    // When it is probed from below, both ways; then it tells, without a look into directories
    expect(probe(fs, '/1/Data/2')).toBe(folds);
    const later = fs.later();
    expect(await driveAsync(probeVolume(1, '/1/Data/2', later), later)).toBe(folds);
    expect(fs.asked.some(({ ask }) => ask === 'list')).toBe(false);
  });

  it('[P6] asks near the mount point first', () => {
    // Given a plain volume with a directory that folds by rules of its own
    const fs = new FakeFs().mount('/Top/Own', { dev: 7, folds: true }).dir('/Top/Own/Inner');
    const { lstat } = fs;
    const sameDevice = (path: string) => ({ ...lstat(path), dev: 1 });
    const one = Object.assign(fs, { lstat: sameDevice, stat: sameDevice });
    // When the volume is probed from inside of that directory; then its own rule is the answer
    expect(probe(one, '/Top/Own/Inner')).toBe(false);
  });

  it('never asks a name of another volume', () => {
    // Given a folding volume that is mounted in a plain one
    const fs = new FakeFs().mount('/Mount', { dev: 2, folds: true }).dir('/Mount/In');
    // When each is probed; then each speaks for itself
    expect(probe(fs, '/Mount/In', 2)).toBe(true);
    expect(probe(fs, '/', 1)).toBe(undefined);
    expect(probe(fs.dir('/Other'), '/', 1)).toBe(false);
    // And a directory of another device has no say
    expect(probe(fs, '/Mount/In', 1)).toBe(undefined);
  });

  it('reads a directory where no name above has a letter', () => {
    // Given a mount point with nothing but numbers below, and names in them
    for (const folds of [true, false]) {
      const fs = new FakeFs().mount('/Mount', { dev: 2, folds }).file('/Mount/1/2/File');
      // When it is probed; then a file in a directory tells
      expect(probe(fs, '/Mount/1/2', 2)).toBe(folds);
      expect(probe(new FakeFs({ folds }).file('/1/é'), '/1')).toBe(undefined);
    }
  });

  it('does not trust a file that has several names', () => {
    // Given a plain volume with two names of one file that differ in case only
    const fs = new FakeFs().file('/1/a').hardLink('/1/A', '/1/a');
    // When it is probed; then that file tells nothing
    expect(probe(fs, '/1')).toBe(undefined);
    expect(probe(fs.dir('/1/d'), '/1')).toBe(false);
  });

  it('takes two entries of both spellings for a volume that does not fold', () => {
    // Given both spellings as directories of their own
    const fs = new FakeFs().dir('/a').dir('/A');
    // When the volume is probed; then it does not fold
    expect(probe(fs, '/a')).toBe(false);
  });

  it('[P6] tells directories of different devices apart, whatever their inodes', () => {
    // Given both spellings as directories, one of them a mount point, with equal inodes
    const fs = new FakeFs().dir('/a');
    fs.mount('/A', { dev: 2, folds: false, ino: Number(fs.lstat('/a').ino) });
    // When the volume is probed; then it does not fold
    expect(probe(fs, '/a')).toBe(false);
    // And nothing follows from a directory that something is mounted on at the third look
    const folding = new FakeFs({ folds: true }).dir('/a');
    const ino = Number(folding.lstat('/a').ino);
    let looks = 0;
    folding.onQuestion = ({ ask }) => {
      if (ask !== 'lstat') return;
      looks += 1;
      if (looks === 2) folding.remove('/a');
      if (looks === 3) folding.mount('/a', { dev: 2, folds: true, ino });
    };
    expect(probe(folding, '/a')).toBe(undefined);
  });

  it('[P6] draws no conclusion from a name that vanishes', () => {
    // Given a folding volume whose one directory is renamed between two questions
    const fs = new FakeFs({ folds: true }).dir('/a/1');
    fs.before('lstat', '/A', () => fs.remove('/a').dir('/1'));
    // When it is probed; then there is no answer, and in particular not a wrong one
    expect(probe(fs, '/a/1')).toBe(undefined);
  });

  it('[P6] draws no conclusion from a name that is another directory a moment later', () => {
    // Given a folding volume whose directory is away just when its other spelling is looked up
    const fs = new FakeFs({ folds: true }).dir('/a');
    let looks = 0;
    fs.onQuestion = ({ ask }) => {
      if (ask !== 'lstat') return;
      looks += 1;
      if (looks === 2) fs.remove('/a');
      if (looks === 3) fs.dir('/a');
    };
    // When it is probed; then it is tried again, and folds
    expect(probe(fs, '/a')).toBe(true);
  });

  it('has no answer where it may not look', () => {
    for (const forbidden of ['stat', 'lstat', 'list'] as const) {
      // Given a volume where one kind of question is not allowed, but for one directory
      const fs = new FakeFs().dir('/1').dir('/Data');
      fs.onQuestion = ({ ask, path }) => {
        if (ask === forbidden && path !== '/Data') throw systemError('EACCES');
      };
      // When it is probed; then it is undecided, and nothing is thrown
      expect(probe(fs, '/1')).toBe(undefined);
    }
  });
});
