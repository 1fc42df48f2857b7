import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runChild, startChild } from '../../support/child.js';
import { useTempDir } from '../../support/temp-dir.js';
import { startProcess } from './support/actor.js';

const FIXTURE = new URL('fixtures/plain.ts', import.meta.url);

describe('a process that ends with a lease', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it.each([
    ['end without a release', 0],
    ['call process.exit', 3],
    ['throw', 1],
  ])(
    '[X4] [X5] gives it back, and says that its turn was cut off: it does "%s"',
    async (what, code) => {
      // Given a program that takes a lease and ends by itself
      const sessionFile = dir.join('s.jsonl');
      const ended = await runChild(FIXTURE, { args: [sessionFile, what] });

      // When another asks
      const next = await startProcess(sessionFile);
      const lease = await next.ask('acquire', { runId: 'next', wait: false });

      // Then the program ended as it would have without a lease, and the next is told of its turn
      expect(ended).toMatchObject({ code, signal: null, stdout: 'acquired\n' });
      expect(lease.died).toMatchObject({ runId: what });
    },
  );

  it('[X4] dies of SIGTERM as it does without a lease, and the file can be had', async () => {
    // Given a program with a lease, and without handlers
    const sessionFile = dir.join('s.jsonl');
    const { process: child, finished } = startChild(FIXTURE, {
      args: [sessionFile, 'wait for a signal'],
    });
    await untilSaid(child, 'ready');

    // When it is asked to end
    child.kill('SIGTERM');
    const ended = await finished;
    const next = await startProcess(sessionFile);
    const lease = await next.ask('acquire', { runId: 'next', wait: false });

    // Then the signal ended it, and whoever comes next is told that it died
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
    expect(lease.died).toEqual({ runId: 'wait for a signal', startBytes: 5 });
  });

  it('[X4] sees SIGTERM once where it handles it, and has the file until it gives it back', async () => {
    // Given a program with a lease and a handler of its own
    const { process: child, finished } = startChild(FIXTURE, {
      args: [dir.join('s.jsonl'), 'handle SIGTERM'],
    });
    await untilSaid(child, 'ready');

    // When it is asked to end
    child.kill('SIGTERM');

    // Then its handler decides
    const stdout = 'acquired\nready\nhandled, held: true\n';
    expect(await finished).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  it.each([['alone'], ['after others']])(
    '[X4] has one listener, for its exit, and none after the release: it uses signal-exit %s',
    async (order) => {
      // When a program takes a lease and gives it back
      const args = [dir.join('s.jsonl'), 'count listeners', order];
      const { stdout } = await runChild(FIXTURE, { args });

      // Then it listened to its exit meanwhile, and to no signal
      const [before, , held, after] = stdout.trim().split('\n');
      const [term, int, hup, exit = 0, ...others] = JSON.parse(before ?? '') as number[];
      expect(JSON.parse(held ?? '')).toEqual([term, int, hup, exit + 1, ...others]);
      expect(after).toBe(before);
    },
  );
});

describe('the life of a process', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[T8] is kept by a wait for a lease, and by nothing after that', async () => {
    // Given a file in use, and a program that does nothing but wait for it and give it back
    const sessionFile = dir.join('s.jsonl');
    const holder = await startProcess(sessionFile);
    await holder.ask('acquire', { runId: 'holder' });
    const args = [sessionFile, 'release and end'];
    const { process: child, finished } = startChild(FIXTURE, { args });
    await untilSaid(child, 'waiting');

    // When its turn comes
    await holder.ask('release');

    // Then it was still there, and ends by itself
    const stdout = 'waiting\nacquired\n';
    expect(await finished).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });
});

async function untilSaid(
  child: ReturnType<typeof startChild>['process'],
  text: string,
): Promise<void> {
  let said = '';
  while (!said.includes(text)) {
    const [chunk] = (await once(child.stdout ?? child, 'data')) as [string];
    said += chunk;
  }
}
