import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { disk } from '../../../src/transcript/disk.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();

describe('append()', () => {
  it('[L10] puts all records of a call into the file in one write', async () => {
    const write = vi.spyOn(disk, 'write');

    await desk.own((run) => run.transcript.append({ n: 1 }, { n: 2 }, 'three'));

    expect(desk.content()).toBe('{"n":1}\n{"n":2}\n"three"\n');
    expect(write).toHaveBeenCalledOnce();
  });

  it('[L10] never extends a torn tail', async () => {
    // Given a file that ends inside a record
    desk.given('{"n":1}\n{"n":');
    // When its owner appends
    const error = await desk.own((run) => errorOf(run.transcript.append({ n: 2 })));
    // Then it is told where the torn record is, and nothing was written
    expect(error).toMatchObject({
      code: 'ERR_SESSION_TORN_TAIL',
      offsetBytes: 8,
      lengthBytes: 5,
      retry: 'never',
    });
    expect(desk.content()).toBe('{"n":1}\n{"n":');
  });

  it('[L10] gives a whole last line its end, in the same write', async () => {
    desk.given('{"n":1}\n{"n":2}');
    const write = vi.spyOn(disk, 'write');

    await desk.own((run) => run.transcript.append({ n: 3 }));

    expect(desk.content()).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
    expect(write).toHaveBeenCalledOnce();
  });

  it.each([
    ['half a character', Buffer.from([0x22, 0xc3])],
    ['zeros, as after a crash', Buffer.alloc(16)],
    ['half a record', Buffer.from('{"text":"\\u00')],
  ])('[L10] takes %s for a torn tail', async (_, tail) => {
    desk.given(Buffer.concat([Buffer.from('{"n":1}\n'), tail]));

    const error = await desk.own((run) => errorOf(run.transcript.append({ n: 2 })));

    expect(error).toMatchObject({ code: 'ERR_SESSION_TORN_TAIL', lengthBytes: tail.length });
  });

  it('finds a torn tail that is longer than a block', async () => {
    const tail = `"${'x'.repeat(3_000_000)}`;
    desk.given(`{"n":1}\n${tail}`);

    const error = await desk.own((run) => errorOf(run.transcript.append({ n: 2 })));

    expect(error).toMatchObject({ offsetBytes: 8, lengthBytes: tail.length });
  });

  it('takes a record behind a byte order mark for whole', async () => {
    desk.given('\uFEFF{"n":1}');

    await desk.own((run) => run.transcript.append({ n: 2 }));

    expect(desk.content()).toBe('\uFEFF{"n":1}\n{"n":2}\n');
  });

  it('lets an invalid line that is complete be, and goes on behind it', async () => {
    desk.given('broken\n');

    await desk.own((run) => run.transcript.append({ n: 2 }));

    expect(desk.content()).toBe('broken\n{"n":2}\n');
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => {}],
    ['a symbol', Symbol('none')],
    ['something that turns into nothing', { toJSON: () => undefined }],
  ])('refuses %s, which has no JSON, and writes nothing of the call', async (_, record) => {
    const error = await desk.own((run) => errorOf(run.transcript.append({ n: 1 }, record)));

    expect(error).toBeInstanceOf(TypeError);
    expect(await desk.names()).toEqual([]);
  });

  it('hands on what makes a record unfit, and writes nothing', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;

    const error = await desk.own((run) => errorOf(run.transcript.append(circle)));

    expect(error).toBeInstanceOf(TypeError);
    expect(await desk.names()).toEqual([]);
  });

  it('writes records of any size and script whole', async () => {
    const record = { text: `𝄞 Grüße 会話\u2028\n${'é'.repeat(4_000_000)}` };

    const { records } = await desk.own(async (run) => {
      await run.transcript.append(record, { n: 2 });
      return await run.transcript.readRecords();
    });

    expect(records).toEqual([record, { n: 2 }]);
    expect(desk.content().split('\n')).toHaveLength(3);
  });

  it('does nothing without records', async () => {
    await desk.own((run) => run.transcript.append());

    expect(await desk.names()).toEqual([]);
  });

  it('creates the file with the mode that the process gives to its files', async () => {
    writeFileSync(desk.dir.join('other'), '');

    await desk.own((run) => run.transcript.append({ n: 1 }));

    expect(statSync(desk.file).mode).toBe(statSync(desk.dir.join('other')).mode);
  });

  it('keeps mode and inode of the file', async () => {
    desk.given('');
    chmodSync(desk.file, 0o640);
    const { ino } = statSync(desk.file);

    await desk.own((run) => run.transcript.append({ n: 1 }));

    expect(statSync(desk.file)).toMatchObject({ ino, mode: 0o100640 });
  });
});

describe('appendLines()', () => {
  it('puts lines as they are at the end of the file, in one write', async () => {
    const write = vi.spyOn(disk, 'write');

    await desk.own((run) => run.transcript.appendLines('{"n": 1}', 'no JSON', ''));

    expect(desk.content()).toBe('{"n": 1}\nno JSON\n\n');
    expect(write).toHaveBeenCalledOnce();
  });

  it.each(['a\nb', 'a\r', '\n'])('refuses the line %j, which has a break', async (line) => {
    const error = await desk.own((run) => errorOf(run.transcript.appendLines('whole', line)));

    expect(error).toBeInstanceOf(RangeError);
    expect(await desk.names()).toEqual([]);
  });

  it('refuses what is no string', async () => {
    const line = 7 as unknown as string;

    const error = await desk.own((run) => errorOf(run.transcript.appendLines(line)));

    expect(error).toBeInstanceOf(TypeError);
  });
});
