import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { holdSection, sectionsOf, stateNow, waitAsGuest } from './support/hold.js';

describe('sections inside sections', () => {
  const desk = useDesk();

  it('[F2] what code inside write() does through the transcript runs directly', async () => {
    // Given code that mixes its own writes with those of the library
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    // When it runs in one section
    const text = await run.transcript.write(async (path) => {
      appendFileSync(path, '1\n');
      await run.transcript.append(2);
      run.transcript.writeSync((same) => {
        appendFileSync(same, '3\n');
      });
      await run.transcript.enqueue((transcript) => transcript.append(4));
      await run.transcript.write(async (same) => {
        await run.transcript.append(5);
        appendFileSync(same, '6\n');
      });
      return (await run.transcript.read()).toString();
    });

    // Then all of it is in the file in order, and nothing of it is a stranger's
    expect(text).toBe('1\n2\n3\n4\n5\n6\n');
    await run.transcript.append(7);
    expect(desk.records()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await run.release();
  });

  it('[F3] a guest write from inside the own section runs directly, and ends with it', async () => {
    // Given a section of the owner with a guest waiting outside
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const outside = await waitAsGuest(sessions, run, { record: 'outside' });

    // When code inside writes as a guest, which cannot wait
    const value = await section.within(() =>
      sessions.write(
        desk.file(),
        async (transcript) => {
          await transcript.append('inside');
          return 'value';
        },
        { label: 'plugin', waitMs: 0 },
      ),
    );

    // Then it was let in at once, and told as a guest
    expect(value).toBe('value');
    expect(desk.records()).toEqual(['inside']);
    await section.leave();
    await outside.outcome;
    expect(run.transcript.takeGuestWrites()).toEqual([
      { label: 'plugin', offsetBytes: 0, lengthBytes: 9 },
      { offsetBytes: 9, lengthBytes: 10 },
    ]);
    await run.release();
  });

  it('[F3] a guest inside a guest section runs directly', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), async (outer) => {
      await outer.append('outer');
      await sessions.write(desk.file(), (inner) => inner.append('inner'));
    });

    expect(desk.records()).toEqual(['outer', 'inner']);
    await run.release();
  });

  it('[F3] what the owner writes inside a guest section of its file runs directly', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), () => run.transcript.append('owner'));

    expect(desk.records()).toEqual(['owner']);
    expect(run.transcript.takeGuestWrites()).toEqual([]);
    expect(run.transcript.writes.count).toBe(1);
    await run.release();
  });

  it('a section whose code has ended stays open for those that it did not await', async () => {
    // Given a section inside another one that nobody waits for
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const inner = createGate();
    const innerEnded = run.transcript.write(() => {
      void run.transcript.write(() => inner.opened);
    });

    // When the outer one is over for its caller
    await innerEnded;
    const next = run.transcript.append('next');

    // Then the gate is free only after the inner one
    expect(await stateNow(next)).toBe('pending');
    inner.open();
    await next;
    expect(sectionsOf(run)).toBe(0);
    await run.release();
  });

  it('a guest that was not awaited inside a section keeps that open', async () => {
    // Given a guest that entered the section of the owner, and stays
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const entered = createGate();
    const end = createGate();
    const guest = section.within(() =>
      sessions.write(desk.file(), async (transcript) => {
        entered.open();
        await end.opened;
        await transcript.append('guest');
      }),
    );
    await entered.opened;

    // When the section around has ended
    await section.leave();
    const next = run.transcript.append('next');

    // Then the next one comes after the guest
    expect(await stateNow(next)).toBe('pending');
    end.open();
    await Promise.all([guest, next]);
    expect(desk.records()).toEqual(['guest', 'next']);
    await run.release();
  });

  it('an error of a section inside reaches its caller, and the section around goes on', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    await run.transcript.write(async (path) => {
      const inner = run.transcript.write(() => Promise.reject(new Error('inner')));
      await expect(inner).rejects.toThrow('inner');
      writeFileSync(path, '"outer"\n');
    });

    expect(readFileSync(desk.file(), 'utf8')).toBe('"outer"\n');
    await run.transcript.append('fine');
    await run.release();
  });

  it('[F2] writes side by side inside one section never see each other as strangers', async () => {
    // Given a file that takes several turns of the event loop to read
    const sessionFile = desk.seed(Buffer.alloc(9_000_000, '1\n'));
    const run = await desk.open().acquire({ sessionFile });

    // When a queued write appends twice without waiting
    await run.transcript.enqueue(async (transcript) => {
      await Promise.all([transcript.append('a'), transcript.append('b')]);
    });

    // Then both are there, and the run goes on
    expect(run.signal.aborted).toBe(false);
    expect(readFileSync(sessionFile, 'utf8').slice(-10)).toBe('1\n"a"\n"b"\n');
    await run.release();
  });

  it('[F2] an append that write() did not await is no stranger to its end', async () => {
    const sessionFile = desk.seed(Buffer.alloc(9_000_000, '1\n'));
    const run = await desk.open().acquire({ sessionFile });

    let late: Promise<void> | undefined;
    await run.transcript.write(() => {
      late = run.transcript.append('late');
    });
    await late;
    await run.transcript.append('next');

    expect(run.signal.aborted).toBe(false);
    expect(readFileSync(sessionFile, 'utf8').slice(-14)).toBe('"late"\n"next"\n');
    await run.release();
  });
});
