import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useDesk } from './support/desk.js';

const desk = useDesk();

describe('read()', () => {
  it('gives the bytes of the file as they are', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
    desk.given(bytes);

    expect(await desk.own((run) => run.transcript.read())).toEqual(bytes);
  });

  it('gives nothing where there is no file', async () => {
    expect(await desk.own((run) => run.transcript.read())).toEqual(Buffer.alloc(0));
    expect(await desk.names()).toEqual([]);
  });

  it('[L11] reads the file anew each time', async () => {
    // Given a run that has read its file
    desk.given('{"n":1}\n');
    const second = await desk.own(async (run) => {
      const first = await run.transcript.read();
      first.fill('x');
      // When it has appended, and reads again
      await run.transcript.append({ n: 2 });
      return await run.transcript.read();
    });
    // Then it finds what is in the file now
    expect(second.toString()).toBe('{"n":1}\n{"n":2}\n');
  });

  it('gives the bytes of a file of many blocks', async () => {
    const text = `${JSON.stringify('é'.repeat(2_400_000))}\n`;
    desk.given(text.repeat(3));

    const bytes = await desk.own((run) => run.transcript.read());

    expect(bytes.equals(Buffer.from(text.repeat(3)))).toBe(true);
  });
});

describe('readRecords()', () => {
  it.each([
    ['no file', undefined, { records: [], invalid: [] }],
    ['an empty file', '', { records: [], invalid: [] }],
    ['a byte order mark', '\uFEFF{"n":1}\n', { records: [{ n: 1 }], invalid: [] }],
    ['only a byte order mark', '\uFEFF', { records: [], invalid: [] }],
    [
      'line ends of Windows',
      '{"n":1}\r\n{"n":2}\r\n',
      { records: [{ n: 1 }, { n: 2 }], invalid: [] },
    ],
    ['blank lines', '\n{"n":1}\n \n\r\n', { records: [{ n: 1 }], invalid: [] }],
    ['a last line without its end', '1\n{"n":2}', { records: [1, { n: 2 }], invalid: [] }],
    [
      'a blank last line without its end',
      '1\n  ',
      { records: [1], invalid: [], torn: { offset: 2, bytes: 2 } },
    ],
    ['a torn tail', '1\n{"n"', { records: [1], invalid: [], torn: { offset: 2, bytes: 4 } }],
    ['a tail of zeros', '1\n\0\0\0', { records: [1], invalid: [], torn: { offset: 2, bytes: 3 } }],
    ['an invalid line', 'é é\n2\n', { records: [2], invalid: [{ offset: 0, bytes: 5 }] }],
    [
      'an invalid line between',
      '1\n{"a":}\n3\n',
      { records: [1, 3], invalid: [{ offset: 2, bytes: 6 }] },
    ],
    ['values of all types', 'null\nfalse\n0\n""\n', { records: [null, false, 0, ''], invalid: [] }],
  ])('reads %s', async (_, content, expected) => {
    if (content !== undefined) desk.given(content);

    expect(await desk.own((run) => run.transcript.readRecords())).toEqual(expected);
  });

  it('sees what the code in a section around it has written', async () => {
    const { records } = await desk.own((run) =>
      run.transcript.write((path) => {
        writeFileSync(path, '1\n');
        appendFileSync(path, '2\n');
        return run.transcript.readRecords();
      }),
    );

    expect(records).toEqual([1, 2]);
  });
});

describe('dropTornTail()', () => {
  it('[L10] cuts the torn record and returns it, so that appends work again', async () => {
    // Given a file that ends inside a record
    desk.given('{"n":1}\n{"n":');
    // When the tail is cut, and a record appended
    const tail = await desk.own(async (run) => {
      const cut = await run.transcript.dropTornTail();
      await run.transcript.append({ n: 2 });
      return cut;
    });
    // Then only the torn record is gone
    expect(tail.toString()).toBe('{"n":');
    expect(desk.content()).toBe('{"n":1}\n{"n":2}\n');
  });

  it.each(['', '\uFEFF{"n":1}', '{"n":1}\n', '{"n":1}\n{"n":2}', 'broken\n'])(
    'cuts nothing off %j',
    async (content) => {
      desk.given(content);

      const tail = await desk.own((run) => run.transcript.dropTornTail());

      expect(tail).toHaveLength(0);
      expect(desk.content()).toBe(content);
    },
  );

  it('cuts nothing where there is no file', async () => {
    const tail = await desk.own((run) => run.transcript.dropTornTail());

    expect(tail).toHaveLength(0);
    expect(await desk.names()).toEqual([]);
  });

  it('empties a file that is one torn record', async () => {
    desk.given('{"n"');

    const tail = await desk.own((run) => run.transcript.dropTornTail());

    expect(tail.toString()).toBe('{"n"');
    expect(desk.content()).toBe('');
  });
});
