import {
  chmodSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { disk } from '../../../src/transcript/disk.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();
const real = { ...disk };

describe('the file that rewrite() leaves', () => {
  it('keeps the mode', async () => {
    desk.given('{"n":1}\n');
    chmodSync(desk.file, 0o606);

    await desk.own((run) => run.transcript.rewrite(() => '{"n":2}\n'));

    expect(statSync(desk.file).mode & 0o7777).toBe(0o606);
  });

  it('shows a private file to nobody while it is made', async () => {
    // Given a file that only its owner may read
    desk.given('{"n":1}\n');
    chmodSync(desk.file, 0o600);
    // When it is rewritten, and the mode is looked at whenever bytes are written
    const modes: number[] = [];
    vi.spyOn(disk, 'write').mockImplementation((fd, ...rest) => {
      modes.push(real.fstat(fd).mode & 0o777);
      return real.write(fd, ...rest);
    });
    await desk.own((run) => run.transcript.rewrite(() => 'secret\n'));
    // Then nobody else could have read them
    expect(modes).toEqual([0o600]);
  });

  it.runIf(process.getuid?.() === 0)('keeps the owner', async () => {
    const { chownSync } = await import('node:fs');
    desk.given('{"n":1}\n');
    chownSync(desk.file, 12_345, 23_456);

    await desk.own((run) => run.transcript.rewrite(() => '{"n":2}\n'));

    expect(statSync(desk.file)).toMatchObject({ uid: 12_345, gid: 23_456 });
  });

  it('creates a missing file with the mode that the process gives to its files', async () => {
    writeFileSync(desk.dir.join('other'), '');

    await desk.own((run) => run.transcript.rewrite(() => '{"n":1}\n'));

    expect(statSync(desk.file).mode).toBe(statSync(desk.dir.join('other')).mode);
    expect(statSync(desk.file).nlink).toBe(1);
  });

  it('does not replace a file that somebody else made in the last moment', async () => {
    // Given a missing file, which a stranger makes between the last look and the creation
    vi.spyOn(disk, 'link').mockImplementation((from, to) => {
      writeFileSync(to, 'foreign\n');
      real.link(from, to);
    });
    // When it is rewritten
    const error = await desk.own((run) => errorOf(run.transcript.rewrite(() => 'own\n')));
    // Then what is there stays
    expect(error).toMatchObject({ name: expect.stringMatching(/^(TranscriptIo|Takeover)Error$/) });
    expect(desk.content()).toBe('foreign\n');
    expect(await desk.names()).toEqual(['session.jsonl']);
  });

  it('writes the target of a link and keeps the link', async () => {
    writeFileSync(desk.dir.join('target'), '{"n":1}\n');
    symlinkSync('target', desk.file);

    await desk.own((run) => run.transcript.rewrite(() => '{"n":2}\n'));

    expect(lstatSync(desk.file).isSymbolicLink()).toBe(true);
    expect(desk.content('target')).toBe('{"n":2}\n');
  });

  it('creates the target of a dangling link and keeps the link', async () => {
    symlinkSync('target', desk.file);

    await desk.own((run) => run.transcript.rewrite(() => '{"n":2}\n'));

    expect(lstatSync(desk.file).isSymbolicLink()).toBe(true);
    expect(desk.content('target')).toBe('{"n":2}\n');
  });

  it('refuses a file with several names, before anything is made', async () => {
    // Given a file with a second name
    desk.given('{"n":1}\n');
    linkSync(desk.file, desk.dir.join('other'));
    const update = vi.fn(() => '');
    // When it is rewritten
    const error = await desk.own((run) => errorOf(run.transcript.rewrite(update)));
    // Then it is refused, and both names are one file still
    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'alias' });
    expect(update).not.toHaveBeenCalled();
    expect(desk.content('other')).toBe('{"n":1}\n');
    expect(statSync(desk.file).nlink).toBe(2);
  });

  it('never shows anything between the old content and the new', async () => {
    // Given a reader that looks before and after each call to the file system
    desk.given('old\n');
    const seen: string[] = [];
    const look = (): void => void seen.push(readFileSync(desk.file, 'utf8'));
    for (const name of ['open', 'write', 'chmod', 'rename', 'close', 'unlink'] as const) {
      vi.spyOn(disk, name).mockImplementation(((...args: never[]) => {
        look();
        const value = (real[name] as (...args: never[]) => unknown)(...args);
        look();
        return value;
      }) as never);
    }
    // When the file is rewritten
    await desk.own((run) => run.transcript.rewrite(() => `${'new'.repeat(5_000_000)}\n`));
    // Then the reader saw the old content, and then the new one
    const sizes = seen.map((text) => text.length);
    expect([...new Set(sizes)]).toEqual([4, 15_000_001]);
  });

  it('leaves a reader that has the old file open with the old content', async () => {
    desk.given('old\n');
    const fd = openSync(desk.file, 'r');

    await desk.own((run) => run.transcript.rewrite(() => 'new\n'));

    expect(readFileSync(fd, 'utf8')).toBe('old\n');
    real.close(fd);
  });
});
