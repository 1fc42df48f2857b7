import { symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OwnerWaitAbortedError, RunInterruptedError, type RunTarget } from '../../src/index.js';
import { useFaultyFs } from '../ownership/support/faulty-fs.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { holdGuest } from '../transcript/gate/support/hold.js';
import { ask, brief, errorOf, startHeeding } from './support/runs.js';

describe('a request whose path is still being resolved', () => {
  const desk = useDesk();
  const fs = useFaultyFs();

  it.each<[string, (file: string) => RunTarget]>([
    ['its run id', () => ({ runId: 'early' })],
    ['its run id and generation', () => ({ runId: 'early', generation: 0 })],
    ['its session key', () => ({ sessionKey: 'chat' })],
    ['its session id', () => ({ sessionId: 'conversation' })],
    ['its spelling of the file', (sessionFile) => ({ sessionFile })],
  ])('[I1] is cancelled at once by %s, without waiting for the file', async (_, target) => {
    // Given a request whose path resolves only when the test lets it
    const sessions = desk.open();
    const sessionFile = desk.seed('{}\n');
    const resolving = fs.holdRealpath(sessionFile);
    const names = { runId: 'early', sessionKey: 'chat', sessionId: 'conversation' };
    const granted = ask(sessions, { sessionFile, ...names });

    // When it is interrupted
    const told = await sessions.interrupt(target(sessionFile));

    // Then it is gone, its caller knows why, and it stays gone when the path is known
    expect(told).toMatchObject({ status: 'cancelled', settled: true, run: { runId: 'early' } });
    const error = await errorOf(granted, OwnerWaitAbortedError);
    expect(error.cause).toBeInstanceOf(RunInterruptedError);
    resolving.open();
    await sessions.runs.whenIdle();
    expect(sessions.inspect().counters).toMatchObject({ requests: 1, cancelled: 1, granted: 0 });
  });

  it('[I2] is cancelled although its path can never be resolved', async () => {
    // Given a path whose folder does not answer any more
    const sessions = desk.open();
    const sessionFile = desk.file();
    fs.holdRealpath(sessionFile);
    const granted = ask(sessions, { sessionFile, runId: 'early' });
    // When it is interrupted
    const told = await sessions.interrupt({ runId: 'early' });
    // Then nothing waits for that folder
    expect(brief(told)).toBe('cancelled early');
    await errorOf(granted, OwnerWaitAbortedError);
  });

  it('is not meant by its file where somebody owns that', async () => {
    const sessions = desk.open();
    const sessionFile = desk.seed('{}\n');
    await startHeeding(sessions, { sessionFile, runId: 'owner' });
    const resolving = fs.holdRealpath(sessionFile);
    const next = ask(sessions, { sessionFile, runId: 'early' });
    expect(brief(await sessions.interrupt({ sessionFile }))).toBe('ended owner');
    resolving.open();
    await (await next).release();
  });

  it('is not meant by a spelling that is not its own', async () => {
    // Given a request by one spelling
    const sessions = desk.open();
    const sessionFile = desk.seed('{}\n');
    symlinkSync(sessionFile, desk.file('link.jsonl'));
    const resolving = fs.holdRealpath(sessionFile);
    const granted = ask(sessions, { sessionFile, runId: 'early' });
    // When another spelling is interrupted, of which nobody knows yet that it is the same file
    const told = await sessions.interrupt({ sessionFile: desk.file('link.jsonl') });
    // Then nobody is meant
    expect(brief(told)).toBe('not-running');
    resolving.open();
    await (await granted).release();
  });

  it('makes way for those behind it', async () => {
    // Given three requests by one spelling, decided in the order of their calls
    const sessions = desk.open();
    const sessionFile = desk.seed('{}\n');
    const resolving = fs.holdRealpath(sessionFile);
    const granted = ['r1', 'r2', 'r3'].map((runId) => ask(sessions, { sessionFile, runId }));
    // When the first is interrupted
    const told = await sessions.interrupt({ runId: 'r1' });
    // Then the others are served in order, whatever became of the path of the first
    expect(brief(told)).toBe('cancelled r1');
    const second = await granted[1];
    expect(sessions.runs.bySessionFile(sessionFile)?.runId).toBe('r2');
    resolving.open();
    await second?.release();
    await (await granted[2])?.release();
    await errorOf(granted[0] as Promise<unknown>, OwnerWaitAbortedError);
  });

  it('is found by the candidate that stands for it, where several are meant', async () => {
    // Given two requests with one label, whose ids nobody chose
    const sessions = desk.open();
    const gates = ['a.jsonl', 'b.jsonl'].map((name) => fs.holdRealpath(desk.seed('', name)));
    const granted = ['a.jsonl', 'b.jsonl'].map((name) =>
      ask(sessions, { sessionFile: desk.file(name), sessionKey: 'same' }),
    );
    const { status, candidates } = await sessions.interrupt({ sessionKey: 'same' });
    expect([status, candidates?.length]).toEqual(['ambiguous', 2]);

    // When one of them is handed back
    const told = await sessions.interrupt(candidates?.[0] as RunTarget);

    // Then that one is cancelled
    for (const gate of gates) gate.open();
    await (await granted[1])?.release();
    await granted[0]?.then((run) => run.release()).catch(() => {});
    expect(told.status).toBe('cancelled');
  });

  it('is found by its file while only the section of a guest is open there', async () => {
    // Given a file that nobody owns any more, and in which a guest still writes
    const sessions = desk.open();
    const sessionFile = desk.seed('');
    const owner = await sessions.acquire({ sessionFile });
    await using guest = await disposable(holdGuest(sessions, sessionFile));
    expect(guest).toBeDefined();
    await owner.release();
    const resolving = fs.holdRealpath(sessionFile);
    const granted = ask(sessions, { sessionFile, runId: 'early' });

    // When the file is interrupted
    const told = await sessions.interrupt({ sessionFile });

    // Then the request is meant, there is no other
    resolving.open();
    await granted.then((run) => run.release()).catch(() => {});
    expect(brief(told)).toBe('cancelled early');
  });

  it('is meant by its file although a guest is on its way there too', async () => {
    // Given a run and the write of a guest, both by one spelling
    const sessions = desk.open();
    const sessionFile = desk.seed('');
    const resolving = fs.holdRealpath(sessionFile);
    const granted = ask(sessions, { sessionFile, runId: 'early' });
    const written = sessions.write(sessionFile, (transcript) => transcript.append({ guest: true }));

    // When the file is interrupted
    const told = await sessions.interrupt({ sessionFile });

    // Then the run is meant, and the guest writes
    resolving.open();
    await granted.then((run) => run.release()).catch(() => {});
    await written;
    expect(brief(told)).toBe('cancelled early');
    expect(desk.records()).toEqual([{ guest: true }]);
  });

  it('leaves no trace of a file that never was there', async () => {
    const sessions = desk.open();
    const sessionFile = desk.file('missing.jsonl');
    const granted = ask(sessions, { sessionFile, runId: 'early' });
    expect(brief(await sessions.interrupt({ sessionFile }))).toBe('cancelled early');
    await errorOf(granted, OwnerWaitAbortedError);
    writeFileSync(sessionFile, '');
    expect(sessions.runs.size).toBe(0);
  });
});

type Guest = Awaited<ReturnType<typeof holdGuest>>;

async function disposable(opening: Promise<Guest>): Promise<Guest & AsyncDisposable> {
  const guest = await opening;
  return Object.assign(guest, { [Symbol.asyncDispose]: async () => void (await guest.leave()) });
}
