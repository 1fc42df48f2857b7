import nodePath from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidSessionFileError } from '../../src/errors/setup-errors.js';
import type { Question } from '../../src/identity/questions.js';
import { resolvePath, resolvePathSync } from '../../src/identity/resolve.js';
import { FakeFs, systemError } from './support/fake-fs.js';
import { invalid, outcomeOf, outcomesOnFake } from './support/outcome.js';

/** Expects both ways to tell the same on fakes of their own. */
async function bothWays(path: string, make: () => FakeFs) {
  const [now, later] = await outcomesOnFake(path, make);
  expect(later).toEqual(now);
  return now;
}

/** Acts before the first question that matches, once. */
function once(fs: FakeFs, ask: Question['ask'], path: string, act: () => void): FakeFs {
  let done = false;
  return fs.before(ask, path, () => {
    if (done) return;
    done = true;
    act();
  });
}

describe('resolvePath()', () => {
  it('[P5] finds a file that appears before its parent is looked at', async () => {
    // Given a file that appears after the first answer said that it is missing
    const make = () => {
      const fs = new FakeFs().dir('/d');
      return once(fs, 'lstat', '/d/f', () => fs.file('/d/f'));
    };
    // And the same where readlink has an error of its own for what is no link
    const strict = () => {
      const fs = make();
      return Object.assign(fs, {
        readlink: () => {
          throw systemError('UNKNOWN');
        },
      });
    };
    // When it is resolved; then it is found, with the key that it would have had
    const found = { key: '/d/f', path: '/d/f', realPath: '/d/f' };
    expect(await bothWays('/d/f', make)).toEqual(found);
    expect(await bothWays('/d/f', strict)).toEqual(found);
  });

  it('follows a link that appears where nothing was', async () => {
    // Given a link that takes the place of a missing name between two questions
    const make = () => {
      const fs = new FakeFs().dir('/d').dir('/e');
      return once(fs, 'lstat', '/d/f', () => fs.link('/d/f', '/e/g'));
    };
    // When it is resolved; then it is followed
    expect(await bothWays('/d/f', make)).toMatchObject({ realPath: '/e/g' });
  });

  it('starts again when what it found vanishes', async () => {
    // Given a link that is gone, or something else, once it is to be followed
    const gone = () => {
      const fs = new FakeFs().link('/l', '/x');
      return once(fs, 'readlink', '/l', () => fs.remove('/l'));
    };
    const file = () => {
      const fs = new FakeFs().link('/l', '/x');
      return once(fs, 'readlink', '/l', () => fs.remove('/l').file('/l'));
    };
    const stat = () => {
      const fs = new FakeFs().dir('/d').link('/l', '/d/f').file('/d/f');
      return once(fs, 'stat', '/d/f', () => fs.remove('/d/f').remove('/l'));
    };
    const parent = () => {
      const fs = new FakeFs().dir('/d').dir('/e');
      return once(fs, 'stat', '/d', () => fs.remove('/d').link('/d', 'e/gone'));
    };
    // When it is resolved; then the answer is of what is there in the end
    expect(await bothWays('/l', gone)).toMatchObject({ realPath: '/l' });
    expect(await bothWays('/l', file)).toMatchObject({ realPath: '/l' });
    expect(await bothWays('/l', stat)).toMatchObject({ realPath: '/l' });
    expect(await bothWays('/d/f', parent)).toMatchObject({ realPath: '/e/gone/f' });
  });

  it('starts again when a missing path is there in full all at once', async () => {
    // Given a directory with a file that appears after its first name was looked at
    const make = () => {
      const fs = new FakeFs().dir('/e').file('/e/f');
      return once(fs, 'lstat', '/d/f', () => fs.link('/d', 'e'));
    };
    // When the file is resolved; then it is found where it is
    expect(await bothWays('/d/f', make)).toMatchObject({ realPath: '/e/f' });
  });

  it('starts again when a directory becomes a file behind its back', async () => {
    // Given a directory that is a file a moment after it was found
    const make = () => {
      const fs = new FakeFs().dir('/d');
      return once(fs, 'stat', '/d', () => fs.remove('/d').file('/d'));
    };
    // When something in it is resolved; then it is below a file
    const refusal = { reason: 'unreachable', systemCode: 'ENOTDIR' };
    expect(await bothWays('/d/f', make)).toEqual(refusal);
  });

  it('starts again when the target of a dangling link appears in the end', async () => {
    // Given a target that appears after the link was found to lead nowhere
    const make = () => {
      const fs = new FakeFs().link('/l', '/x').link('/y', '/z');
      return once(fs, 'stat', '/l', () => fs.link('/x', '/y').file('/z'));
    };
    // When the link is resolved; then it leads to where the target itself points
    expect(await bothWays('/l', make)).toMatchObject({ realPath: '/z' });
  });

  it('gives up on a path that never stops changing', async () => {
    // Given a file that is there only while nobody looks closer
    let questions = 0;
    const make = () => {
      const fs = new FakeFs().file('/d/f').link('/l', '/d/f');
      fs.onQuestion = ({ ask }) => {
        questions += 1;
        if (ask === 'stat') throw systemError('ENOENT');
      };
      return fs;
    };
    // When it is resolved; then it is out of reach for now, after a bounded number of questions
    const refusal = { reason: 'unreachable', systemCode: 'ENOENT' };
    expect(await bothWays('/l', make)).toEqual(refusal);
    expect(questions).toBe(2 + 16 + 16);
    // And the last thing seen is the cause
    expect(invalid(() => resolvePathSync('/l', make()))).toMatchObject({
      retry: 'wait',
      cause: { code: 'ENOENT' },
    });
  });

  it('bounds the links that it follows by itself', async () => {
    // Given a link that is longer whenever it is looked at, which no kernel ever calls a loop
    const make = () => {
      const fs = new FakeFs();
      let length = 0;
      fs.link('/l0', '/l1');
      fs.onQuestion = ({ ask }) => {
        if (ask !== 'readlink') return;
        length += 1;
        fs.link(`/l${length}`, `/l${length + 1}`);
      };
      return fs;
    };
    // When it is resolved; then it is refused as a loop
    expect(await bothWays('/l0', make)).toMatchObject({ reason: 'loop' });
    // And an honest chain of 40 links is followed
    const chain = () => {
      const fs = new FakeFs();
      for (let link = 0; link < 40; link += 1) fs.link(`/l${link}`, `/l${link + 1}`);
      return fs;
    };
    expect(await bothWays('/l0', chain)).toMatchObject({ realPath: '/l40' });
  });

  it.each([
    ['other', { reason: 'not-regular' }],
    ['directory', { reason: 'directory' }],
    ['file', { reason: 'unreachable' }],
  ] as const)(
    'looks once more at a dangling link: what opens as %s is refused',
    async (kind, is) => {
      // Given a link whose text leads nowhere, but that opens something, as some of /proc do
      const make = () => {
        const fs = new FakeFs().link('/fd', 'pipe:[7]');
        const stat: FakeFs['stat'] = (path) =>
          path === '/fd' ? { kind, dev: 9, ino: 9, links: 1 } : fs.lstat(path);
        return Object.assign(fs, { stat });
      };
      // When it is resolved; then it is refused for what it is
      expect(await bothWays('/fd', make)).toEqual(is);
    },
  );

  it.each(['EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EMFILE', 'ESTALE', 'EBUSY', 'UNKNOWN'])(
    'turns %s at any question into one typed error with its cause',
    async (code) => {
      const refusals: InvalidSessionFileError[] = [];
      // Given paths that take every kind of question to resolve
      for (const [path, build] of SCENES) {
        for (const question of questionsOf(path, build)) {
          // When the file system fails one question for good
          const cause = systemError(code);
          const make = () => {
            const fs = build();
            fs.onQuestion = ({ ask, path: about }) => {
              if (ask === question.ask && about === question.path) throw cause;
            };
            return fs;
          };
          const outcome = await bothWays(path, make);
          // Then either the question did not matter, or the refusal tells what happened
          const whole = outcomeOf(() => resolvePathSync(path, build()));
          const systemCode = code === 'UNKNOWN' ? {} : { systemCode: code };
          const refusal = { reason: 'unreachable', ...systemCode };
          expect(outcome).toEqual('key' in outcome ? whole : refusal);
          if ('reason' in outcome) refusals.push(invalid(() => resolvePathSync(path, make())));
        }
      }
      expect(refusals.length).toBeGreaterThan(15);
      for (const error of refusals) {
        expect(error).toMatchObject({ cause: { code }, retry: 'wait' });
        expect(error.message).toContain(code);
      }
    },
  );

  it('tells loops and length from other failures', async () => {
    // Given a file system that finds a path too long, or its links too many
    for (const [code, reason] of [
      ['ELOOP', 'loop'],
      ['ENAMETOOLONG', 'too-long'],
    ] as const) {
      const make = () =>
        new FakeFs().before('realpath', '/d/f', () => {
          throw systemError(code);
        });
      // When the path is resolved; then the reason says which, for good
      expect(await bothWays('/d/f', make)).toEqual({ reason, systemCode: code });
    }
  });

  it('types whatever a file system throws', async () => {
    // Given a file system that throws what is no system error, or no error at all
    for (const thrown of [new RangeError('odd'), 'text' as never]) {
      const fs = new FakeFs().before('realpath', '/f', () => {
        throw thrown;
      });
      // When a path is resolved both ways; then the error is typed
      const error = invalid(() => resolvePathSync('/f', fs));
      expect(error).toMatchObject({ reason: 'unreachable', cause: thrown });
      await expect(resolvePath('/f', fs.later())).rejects.toBeInstanceOf(InvalidSessionFileError);
    }
  });

  it('asks no more than it must', () => {
    // Given an existing and a missing file on a known volume
    const fs = new FakeFs().file('/d/f');
    resolvePathSync('/d/f', fs);
    const count = (path: string) => {
      fs.asked.length = 0;
      resolvePathSync(path, fs);
      return fs.asked.map(({ ask }) => ask);
    };
    // When they are resolved; then these are the questions
    expect(count('/d/f')).toEqual(['realpath', 'stat']);
    expect(count('/d/g')).toEqual(['realpath', 'realpath', 'realpath', 'lstat', 'stat']);
  });

  it('[P1] follows links of Windows, whichever slash they are written with', async () => {
    // Given a dangling link as programs for several systems write it
    const make = () => {
      const fs = new FakeFs({ path: nodePath.win32, root: 'C:\\' }).dir('C:\\d');
      return fs.link('C:\\d\\l', '../e/f').link('C:\\d\\m', 'C:/g\\h');
    };
    // When it is resolved; then it leads to where it points
    expect(await bothWays('C:\\d\\l', make)).toMatchObject({ realPath: 'C:\\e\\f' });
    expect(await bothWays('C:\\d\\m', make)).toMatchObject({ realPath: 'C:\\g\\h' });
  });

  it('refuses a path below a root that is not there', async () => {
    // Given a drive letter without a drive
    const make = () =>
      Object.assign(new FakeFs({ path: nodePath.win32, root: 'C:\\' }), {
        onQuestion: () => {
          throw systemError('ENOENT');
        },
      });
    // When a path on it is resolved; then the refusal names the drive
    expect(await bothWays('Z:\\a\\f', make)).toEqual({ reason: 'unreachable' });
    expect(invalid(() => resolvePathSync('Z:\\a\\f', make())).message).toContain('Z:');
  });
});

/** Paths that take every branch, on file systems that are built anew for each try. */
const SCENES: readonly (readonly [string, () => FakeFs])[] = [
  ['/d/f', () => new FakeFs().file('/d/f')],
  ['/d/l', () => new FakeFs().dir('/d').link('/d/l', '../e/f')],
  ['/d/l/x/y', () => new FakeFs().dir('/d').link('/d/l', '../e/../g')],
  ['/M/d/f', () => new FakeFs().mount('/M', { dev: 2, folds: true }).dir('/M/d')],
  ['/m/1/f', () => new FakeFs().mount('/m', { dev: 2, folds: true }).file('/m/1/A').dir('/m/1')],
];

function questionsOf(path: string, build: () => FakeFs): Question[] {
  const fs = build();
  resolvePathSync(path, fs);
  return [...new Map(fs.asked.map((each) => [`${each.ask} ${each.path}`, each])).values()];
}
