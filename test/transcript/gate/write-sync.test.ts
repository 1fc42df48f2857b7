import { appendFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { GateBusyError, type GuestTranscript, type Run } from '../../../src/index.js';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import { guestsAt, hold, holdGuest, holdSection, sectionsOf, waitAsGuest } from './support/hold.js';

function thrownBy(call: () => unknown): unknown {
  try {
    return expect.unreachable(`returned ${String(call())}`);
  } catch (error) {
    return error;
  }
}

describe('writeSync()', () => {
  const desk = useDesk();

  it('[F2] goes through at one go where nobody is inside, and answers as the code does', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    const value = run.transcript.writeSync((path) => {
      appendFileSync(path, '"sync"\n');
      return 'value';
    });

    expect(value).toBe('value');
    expect(run.transcript.writes).toMatchObject({ count: 1, bytes: 7, endBytes: 7 });
    expect(sectionsOf(run)).toBe(0);
    await run.transcript.append('next');
    expect(desk.records()).toEqual(['sync', 'next']);
    await run.release();
  });

  it.each([
    ['write()', 'a wrapped write', (run: Run) => holdSection(run)],
    [
      'enqueue()',
      'a queued write',
      (run: Run) =>
        hold<GuestTranscript>((code) =>
          run.transcript.enqueue(async (transcript) => {
            await code(transcript);
          }),
        ),
    ],
    [
      'rewrite()',
      'rewrite',
      (run: Run) =>
        hold<Buffer>((code) =>
          run.transcript.rewrite(async (current) => {
            await code(current);
            return current;
          }),
        ),
    ],
  ])('throws while %s of the run is open elsewhere, and names it', async (_, action, open) => {
    // Given a section of the run
    const run = await desk.open().acquire({ sessionFile: desk.file(), runId: 'me' });
    const section = await open(run);
    const code = vi.fn();

    // When synchronous code outside of it writes
    const error = thrownBy(() => run.transcript.writeSync(code));

    // Then it is told which one is in its way, and was not called
    expect(error).toBeInstanceOf(GateBusyError);
    expect(error).toMatchObject({
      code: 'ERR_SESSION_GATE_BUSY',
      retry: 'wait',
      runId: 'me',
      openSection: action,
      sessionFile: desk.file(),
    });
    expect(code).not.toHaveBeenCalled();
    await section.leave();
    await run.release();
  });

  it('[F3] runs directly inside the section that is open', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);

    section.within(() => {
      run.transcript.writeSync((path) => {
        appendFileSync(path, '"inside"\n');
      });
    });

    await section.leave();
    await run.transcript.append('next');
    expect(desk.records()).toEqual(['inside', 'next']);
    await run.release();
  });

  it('throws in the context of a section that has ended, while another is open', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const former = await holdSection(run);
    await former.leave();
    const present = await holdSection(run);

    const error = thrownBy(() => former.within(() => run.transcript.writeSync(() => {})));

    expect(error).toBeInstanceOf(GateBusyError);
    await present.leave();
    await run.release();
  });

  it('[F1] goes between two calls of a guest that is inside', async () => {
    // Given a guest inside, and others that wait
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file(), { label: 'guest' });
    const waiting = await waitAsGuest(sessions, run, { record: 'waiting' });
    await guest.inside.append(1);

    // When the owner writes synchronously
    run.transcript.writeSync((path) => {
      appendFileSync(path, '"own"\n');
    });

    // Then the guest goes on behind it, and each write is known for whose it is
    await guest.inside.append(2);
    await guest.leave();
    await waiting.outcome;
    expect(desk.records()).toEqual([1, 'own', 2, 'waiting']);
    expect(run.transcript.writes).toMatchObject({ count: 1, bytes: 6 });
    expect(run.transcript.takeGuestWrites()).toEqual([
      { label: 'guest', offsetBytes: 0, lengthBytes: 2 },
      { label: 'guest', offsetBytes: 8, lengthBytes: 2 },
      { offsetBytes: 10, lengthBytes: 10 },
    ]);
    await run.release();
  });

  it('does not let anybody in before their turn', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    const own = run.transcript.append('own');
    const waiting = await waitAsGuest(sessions, run, { record: 'waiting' });

    run.transcript.writeSync(() => {});

    expect(sectionsOf(run)).toBe(1);
    expect(guestsAt(run)).toBe(1);
    await guest.leave();
    await Promise.all([own, waiting.outcome]);
    expect(desk.records()).toEqual(['own', 'waiting']);
    await run.release();
  });

  it('what the code throws is thrown on, and the gate is free', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    const error = thrownBy(() =>
      run.transcript.writeSync((path) => {
        appendFileSync(path, '"half"\n');
        throw new Error('code');
      }),
    );

    expect(error).toMatchObject({ message: 'code' });
    await run.transcript.append('next');
    expect(desk.records()).toEqual(['half', 'next']);
    await run.release();
  });

  it('an asynchronous function is refused, and its rejection is nobody’s', async () => {
    // Given an asynchronous function that writes, then fails
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);

    // When it is handed to a synchronous write
    const error = thrownBy(() =>
      run.transcript.writeSync(async (path) => {
        appendFileSync(path, '"first part"\n');
        await Promise.resolve();
        throw new Error('second part');
      }),
    );

    // Then the mistake is told, what it wrote at once counts, and nothing is left open
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringContaining('write()') as string });
    await until(() => sectionsOf(run) === 0);
    await run.transcript.append('next');
    expect(desk.records()).toEqual(['first part', 'next']);
    await new Promise((done) => setImmediate(done));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await run.release();
  });
});
