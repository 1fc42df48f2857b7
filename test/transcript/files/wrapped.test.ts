import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();

describe('write()', () => {
  it('[F2] counts what the code inside did as the run’s own', async () => {
    desk.given('1\n');

    await desk.own(async (run) => {
      const answer = await run.transcript.write(async (path) => {
        appendFileSync(path, '22\n');
        return await Promise.resolve('answer');
      });

      expect(answer).toBe('answer');
      expect(run.transcript.writes).toEqual({ count: 1, bytes: 3, endBytes: 5 });
      await run.transcript.append(3);
    });
  });

  it('[F4] may truncate, replace and delete the file', async () => {
    desk.given('1\n2\n');

    await desk.own(async (run) => {
      await run.transcript.write((path) => {
        writeFileSync(path, '1\n');
      });
      await run.transcript.append(2);
      expect(run.transcript.writes.endBytes).toBe(4);
    });

    expect(desk.content()).toBe('1\n2\n');
  });

  it('hands on what the code inside throws, and keeps what it wrote', async () => {
    const failure = new Error('of the code inside');

    await desk.own(async (run) => {
      const error = await errorOf(
        run.transcript.write((path) => {
          appendFileSync(path, '1\n');
          throw failure;
        }),
      );
      expect(error).toBe(failure);
      await run.transcript.append(2);
    });

    expect(desk.content()).toBe('1\n2\n');
  });

  it('is several calls in one section: nobody writes between them', async () => {
    const gate = createGate();

    await desk.own(async (run) => {
      const section = run.transcript.write(async () => {
        await run.transcript.append('a');
        await gate.opened;
        await run.transcript.append('b');
      });
      const other = run.transcript.append('c');
      gate.open();
      await Promise.all([section, other]);
    });

    expect(desk.content()).toBe('"a"\n"b"\n"c"\n');
  });
});

describe('writeSync()', () => {
  it('[F2] counts what the code inside did as the run’s own', async () => {
    await desk.own(async (run) => {
      const answer = run.transcript.writeSync((path) => {
        appendFileSync(path, '1\n');
        return path;
      });

      expect(answer).toBe(desk.file);
      expect(run.transcript.writes).toEqual({ count: 1, bytes: 2, endBytes: 2 });
      await run.transcript.append(2);
    });
  });

  it('runs inside a section of its own run', async () => {
    await desk.own((run) =>
      run.transcript.write((path) => {
        run.transcript.writeSync((same) => appendFileSync(same, '1\n'));
        appendFileSync(path, '2\n');
      }),
    );

    expect(desk.content()).toBe('1\n2\n');
  });

  it('is refused while a section of its run is open elsewhere, and names it', async () => {
    const gate = createGate();

    await desk.own(async (run) => {
      const section = run.transcript.write(() => gate.opened);
      expect(() => run.transcript.writeSync(() => 1)).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_GATE_BUSY', openSection: 'a wrapped write' }),
      );
      gate.open();
      await section;
    });
  });

  it('refuses code that is not synchronous', async () => {
    await desk.own((run) => {
      expect(() => run.transcript.writeSync(() => Promise.reject(new Error('late')))).toThrow(
        TypeError,
      );
    });
  });

  it('hands on what the code inside throws', async () => {
    const failure = new Error('of the code inside');

    await desk.own((run) => {
      expect(() =>
        run.transcript.writeSync(() => {
          throw failure;
        }),
      ).toThrow(failure);
    });
  });
});
