import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { startProcess, startThread, type ThreadActor } from './support/actor.js';

describe('worker threads of one process', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L1] exclude each other, and hand the file over', async () => {
    // Given two threads of one process
    const sessionFile = dir.join('s.jsonl');
    const [one, other] = await Promise.all([startThread(sessionFile), startThread(sessionFile)]);
    const first = await one.ask('acquire', { runId: 'one' });

    // When the second asks, once without and once with patience
    const refused = other.ask('acquire', { runId: 'other', wait: false });
    await expect(refused).rejects.toMatchObject({ reason: 'held' });
    const taken = other.ask('acquire', { runId: 'other' });
    await other.once('waiting');
    const wasHeld = await one.ask('isHeld');
    await one.ask('release');

    // Then it has the file once the first has given it back
    expect(wasHeld).toBe(true);
    const next = await taken;
    expect(next.token).toBeGreaterThan(first.token);
    expect(next.died).toBeUndefined();
  });

  it.each([
    ['is terminated', (actor: ThreadActor) => actor.once('ready')],
    ['is terminated while it is blocked', blocked],
  ])('[L1] [X3] one that %s leaves the file to another thread at once', async (_name, occupied) => {
    // Given a thread that has the file, and one that waits, far from any expiry
    const sessionFile = dir.join('s.jsonl');
    const [one, other] = await Promise.all([startThread(sessionFile), startThread(sessionFile)]);
    await one.ask('acquire', { runId: 'one', startBytes: 9 });
    const taken = other.ask('acquire', { runId: 'other' });
    await other.once('waiting');
    const endedMs = performance.now();

    // When the first is ended from outside, while its process lives on
    await occupied(one);
    await one.worker.terminate();
    const next = await taken;

    // Then the other has it, and is told
    expect(performance.now() - endedMs).toBeLessThan(5_000);
    expect(next.died).toEqual({ runId: 'one', startBytes: 9 });
  });

  it('[L1] [X3] one that is terminated leaves the file to another process at once', async () => {
    // Given a thread that has the file, and another process that waits
    const sessionFile = dir.join('s.jsonl');
    const [one, other] = await Promise.all([startThread(sessionFile), startProcess(sessionFile)]);
    await one.ask('acquire', { runId: 'one', startBytes: 9 });
    const taken = other.ask('acquire', { runId: 'other' });
    await other.once('waiting');

    // When the thread ends, and its process does not
    await one.worker.terminate();

    // Then the other process has the file
    expect(await taken).toMatchObject({ died: { runId: 'one', startBytes: 9 } });
  });

  it('[X4] [X5] one that ends by itself gives back what it has, and says so', async () => {
    // Given a thread that has the file
    const sessionFile = dir.join('s.jsonl');
    const [one, other] = await Promise.all([startThread(sessionFile), startThread(sessionFile)]);
    await one.ask('acquire', { runId: 'one' });
    const ended = new Promise((resolve) => one.worker.once('exit', resolve));

    // When it has nothing to do any more
    void one.ask('finish');
    const code = await ended;

    // Then it ended, and the next is told that its turn was cut off
    expect(code).toBe(0);
    const next = await other.ask('acquire', { runId: 'other', wait: false });
    expect(next.died).toMatchObject({ runId: 'one' });
  });
});

async function blocked(actor: ThreadActor): Promise<void> {
  void actor.ask('standStill', { untilFile: '/nowhere' });
  await actor.once('standing');
}
