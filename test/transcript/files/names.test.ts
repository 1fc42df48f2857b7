import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { disk } from '../../../src/transcript/disk.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();
const isPosix = process.platform !== 'win32';

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code });
}

describe.runIf(isPosix)('a file with an awkward name', () => {
  it.each([
    ['spaces', '  two  words  '],
    ['other scripts', 'Grüße 会話 🖊️.jsonl'],
    ['decomposed letters', 'e\u0301.jsonl'],
    ['255 bytes', 'n'.repeat(255)],
    ['dots at its end', 'session...'],
    ['a line break', 'a\nb.jsonl'],
    ['a backslash', 'a\\b.jsonl'],
    ['a percent sign', '100%25.jsonl'],
    ['a name like an option', '-rf'],
  ])('(%s) is appended to, rewritten and rotated', async (_, name) => {
    // Given a run on a file with that name
    const file = desk.dir.join(name);
    const folder = desk.dir.join('to');
    mkdirSync(folder);
    await desk.open().run({ sessionFile: file }, async (run) => {
      // When everything that makes or replaces a file is done
      await run.transcript.append({ n: 1 });
      await run.transcript.rewrite((current) => `${current.toString()}{"n":2}\n`);
      await run.transcript.rotate(path.join(folder, name));
      await run.transcript.rewrite(() => '{"n":3}\n');
    });
    // Then both files are there, under exactly that name, and nothing else
    expect(readFileSync(file, 'utf8')).toBe('{"n":1}\n{"n":2}\n');
    expect(readFileSync(path.join(folder, name), 'utf8')).toBe('{"n":3}\n');
    expect(readdirSync(folder)).toEqual([name]);
    expect((await desk.names()).toSorted()).toEqual([name, 'to'].toSorted());
  });
});

describe('a folder that is not there', () => {
  it('is not made, and the error says that nothing was written', async () => {
    const file = desk.dir.join('no', 'session.jsonl');

    await desk.open().run({ sessionFile: file }, async (run) => {
      expect((await run.transcript.read()).length).toBe(0);
      for (const write of [
        () => run.transcript.append(1),
        () => run.transcript.rewrite(() => 'x\n'),
      ]) {
        expect(await errorOf(write())).toMatchObject({
          code: 'ERR_SESSION_IO',
          content: 'old',
          systemCode: 'ENOENT',
        });
      }
    });

    expect(await desk.names()).toEqual([]);
  });

  it('may appear while the run owns the file', async () => {
    const file = desk.dir.join('late', 'session.jsonl');

    await desk.open().run({ sessionFile: file }, async (run) => {
      await errorOf(run.transcript.append(1));
      mkdirSync(desk.dir.join('late'));
      await run.transcript.append(2);
    });

    expect(readFileSync(file, 'utf8')).toBe('2\n');
  });
});

describe('a file system that refuses to write', () => {
  it.each(['EACCES', 'EROFS', 'EPERM', 'EDQUOT'])(
    '(%s) leaves the content as it was',
    async (code) => {
      // Given a file of which only reading is allowed
      desk.given('{"n":1}\n');
      const { open } = disk;
      vi.spyOn(disk, 'open').mockImplementation((file, flags, mode) => {
        if ((flags & 3) !== 0) throw systemError(code);
        return open(file, flags, mode);
      });
      await desk.own(async (run) => {
        // When it is appended to and rewritten
        const errors = [
          await errorOf(run.transcript.append(1)),
          await errorOf(run.transcript.rewrite(() => 'x\n')),
        ];
        // Then both tell so, and it can still be read
        const expected = {
          code: 'ERR_SESSION_IO',
          content: 'old',
          systemCode: code,
          retry: 'wait',
        };
        expect(errors).toEqual([
          expect.objectContaining(expected),
          expect.objectContaining(expected),
        ]);
        expect((await run.transcript.readRecords()).records).toEqual([{ n: 1 }]);
      });
    },
  );
});

describe.runIf(isPosix)('something else in place of the file', () => {
  const put = {
    directory: () => mkdirSync(desk.file),
    pipe: () => execFileSync('mkfifo', [desk.file]),
    'link to nowhere': () => symlinkSync('/nonexistent/nowhere', desk.file),
    'link to itself': () => symlinkSync(desk.file, desk.file),
  };

  it.each(Object.entries(put))('(%s) is refused at the request', async (name, make) => {
    make();

    const told = desk.own((run) => run.transcript.append(1));

    const code = name === 'link to nowhere' ? 'ERR_SESSION_IO' : 'ERR_SESSION_FILE_INVALID';
    expect(await errorOf(told)).toMatchObject({ code });
  });

  it.each(Object.entries(put))('(%s) that came during the turn hangs nothing', async (_, make) => {
    // Given a run that has written its file
    const told = await errorOf(
      desk.own(async (run) => {
        await run.transcript.append(1);
        // When something else takes its place
        rmSync(desk.file);
        make();
        await run.transcript.append(2);
      }),
    );
    // Then the run is told, in one of the ways of this package
    expect(told).toMatchObject({ sessionFile: desk.file });
  });

  it.each(Object.entries(put))('(%s) before the first look hangs nothing', async (_, make) => {
    // Given a run on a missing file, which has not looked at it yet
    const told = await desk.own(async (run) => {
      make();
      // When the file is used in every way
      const uses = [
        run.transcript.append(1),
        run.transcript.append(2),
        run.transcript.dropTornTail(),
        run.transcript.readRecords(),
      ];
      return await Promise.allSettled(uses);
    });
    // Then a write is told so
    expect(told[0]).toMatchObject({ status: 'rejected', reason: { sessionFile: desk.file } });
  });

  it('is written by itself where it is the way to the file', async () => {
    writeFileSync(desk.dir.join('real'), '1\n');
    symlinkSync('real', desk.file);

    await desk.own((run) => run.transcript.append(2));

    expect(desk.content('real')).toBe('1\n2\n');
  });
});
