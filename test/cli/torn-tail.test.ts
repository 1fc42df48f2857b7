import { appendFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { tornTailOf } from '../../src/cli/torn-tail.js';
import { disk } from '../../src/transcript/disk.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { examined } from './support/doctor.js';

const MEBIBYTE = 1_048_576;

describe('tornTailOf()', () => {
  const dir = useTempDir();
  useFakeTime();
  let file: string;

  beforeEach(() => {
    file = dir.join('a.jsonl');
  });

  function written(text: string | Buffer, ageMs = 60_000): void {
    writeFileSync(file, text);
    const at = new Date(Date.now() - ageMs);
    utimesSync(file, at, at);
  }

  it.each([
    { of: 'nothing', text: '' },
    { of: 'a whole line', text: '{"a":1}\n' },
    { of: 'a last record without its end', text: '{"a":1}\n{"b":2}' },
    { of: 'a mark of byte order', text: '\uFEFF{"a":1}' },
    { of: 'an invalid line with its end', text: '{"a":\n' },
  ])('takes $of for whole', async ({ text }) => {
    written(text);

    await expect(tornTailOf(file)).resolves.toBeUndefined();
  });

  it.each([
    { of: 'the only line', text: '{"a":', offsetBytes: 0, sizeBytes: 5 },
    { of: 'the last line', text: '{"a":1}\n{"b', offsetBytes: 8, sizeBytes: 3 },
    {
      of: 'half a character',
      text: Buffer.from('{}\n{"é').subarray(0, 6),
      offsetBytes: 3,
      sizeBytes: 3,
    },
    { of: 'bytes of nothing', text: '{}\n\0\0', offsetBytes: 3, sizeBytes: 2 },
  ])('[L10] finds where a torn tail begins: $of', async ({ text, offsetBytes, sizeBytes }) => {
    written(text);

    await expect(tornTailOf(file)).resolves.toEqual({ offsetBytes, sizeBytes, isUnread: false });
  });

  it.each([65_535, 65_536, 65_537, 131_072, 200_000])(
    'finds a tail of %i bytes, which is longer than one reading',
    async (sizeBytes) => {
      written(`{}\n"${'x'.repeat(sizeBytes - 1)}`);

      await expect(tornTailOf(file)).resolves.toMatchObject({ offsetBytes: 3, sizeBytes });
    },
  );

  it('reads the end of a big file only', async () => {
    written('');
    truncateSync(file, 3_000 * MEBIBYTE);
    appendFileSync(file, '\n{"a"');
    utimesSync(file, 0, 0);
    const read = vi.spyOn(disk, 'read');

    const tail = await tornTailOf(file);

    expect(tail).toMatchObject({ offsetBytes: 3_000 * MEBIBYTE + 1, sizeBytes: 4 });
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('does not read a last line that has no end within 64 MiB', async () => {
    written('');
    truncateSync(file, 200 * MEBIBYTE);
    utimesSync(file, 0, 0);

    await expect(tornTailOf(file)).resolves.toEqual({
      ...{ offsetBytes: 136 * MEBIBYTE, sizeBytes: 64 * MEBIBYTE, isUnread: true },
    });
  });

  it('looks a second time at a tail that may be in the middle of a write', async () => {
    written('{}\n{"a"', 0);
    const found = tornTailOf(file);

    appendFileSync(file, ':1}\n');
    await vi.advanceTimersByTimeAsync(100);

    await expect(found).resolves.toBeUndefined();
  });

  it.each([{ text: '' }, { text: ',' }])(
    'finds a young tail only where nobody wrote on ($text)',
    async ({ text }) => {
      written('{}\n{"a"', 0);
      const found = tornTailOf(file);

      appendFileSync(file, text);
      await vi.advanceTimersByTimeAsync(100);

      expect((await found) === undefined).toBe(text === ',');
    },
  );

  it('takes a file that is cut while it is read as it is then', async () => {
    written(`{}\n${'x'.repeat(100)}`);
    vi.spyOn(disk, 'read').mockReturnValue(0);

    await expect(tornTailOf(file)).resolves.toBeUndefined();
  });

  it('closes the file, also where it cannot be read', async () => {
    written('{}\n{');
    const close = vi.spyOn(disk, 'close');
    vi.spyOn(disk, 'read').mockImplementation(() => {
      throw Object.assign(new Error('EIO: broken'), { code: 'EIO' });
    });

    await expect(tornTailOf(file)).rejects.toThrow('EIO');
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('penholder doctor, of the content of session files', () => {
  const dir = useTempDir();

  it('[L10] tells where a torn tail is and how long, and never cuts it', async () => {
    writeFileSync(dir.join('a.jsonl'), '{}\n{"a":');
    utimesSync(dir.join('a.jsonl'), 0, 0);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([
      { kind: 'torn-tail', offsetBytes: 3, sizeBytes: 5, canFix: false, outcome: 'remains' },
    ]);
    expect(findings[0]?.found).toBe('The last line is not complete: 5 bytes, from byte 3 on.');
    expect(code).toBe(1);
  });

  it('looks at what is called a session file, and at what has a lock', async () => {
    for (const name of ['a.jsonl', 'b.JSONL', 'c', 'notes.txt']) {
      writeFileSync(dir.join(name), '{');
      utimesSync(dir.join(name), 0, 0);
    }
    writeFileSync(dir.join('c.lock'), '');

    const { findings } = await examined(dir.path);

    expect(findings.map(({ kind, sessionFile }) => [kind, sessionFile])).toEqual([
      ['torn-tail', dir.join('a.jsonl')],
      ['torn-tail', dir.join('b.JSONL')],
      ['strange-lock', dir.join('c')],
      ['torn-tail', dir.join('c')],
    ]);
  });

  it('looks at the file behind a link where that is', async () => {
    writeFileSync(dir.join('elsewhere'), '{');
    symlinkSync(dir.join('elsewhere'), dir.join('a.jsonl'));

    const { findings } = await examined(dir.path);

    expect(findings).toEqual([]);
  });

  it('tells of a file that it cannot read, and goes on', async () => {
    writeFileSync(dir.join('a.jsonl'), '{');
    const denied = Object.assign(new Error('EACCES: denied'), { code: 'EACCES' });
    vi.spyOn(disk, 'open').mockImplementation(() => {
      throw denied;
    });

    const { code } = await examined(dir.path);

    expect(code).toBe(3);
  });
});
