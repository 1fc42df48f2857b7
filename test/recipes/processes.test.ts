import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runChild, startChild, type StartedChild } from '../support/child.js';
import { startProcess } from '../leases/processes/support/actor.js';
import { useTempDir } from '../support/temp-dir.js';
import { close, count, open, repair } from './support/processes.js';

const OTHER = new URL('./support/other-process.ts', import.meta.url);

const dir = useTempDir();
// One provider serves the thread: the tests of this file share it, as the modules of a runner do.
const opened = open();
afterEach(() => {
  expect(opened.sessions.runs.size).toBe(0);
});
afterAll(() => close(opened));

async function startHolding(sessionFile: string): Promise<StartedChild> {
  const other = startChild(OTHER, { args: [sessionFile, 'hold'] });
  await once(other.process, 'message');
  return other;
}

async function kill({ process, finished }: StartedChild): Promise<void> {
  process.kill('SIGKILL');
  await finished;
}

describe('a session file that two processes use', () => {
  it('[L9] tells who comes second which process has it', async () => {
    // Given another process in the middle of its turn
    const sessionFile = dir.join('session.jsonl');
    const other = await startHolding(sessionFile);

    // When this one asks for it, now or never
    const admission = await opened.sessions.admit({ sessionFile, mode: 'skip' });

    // Then it is told who is there
    expect(admission).toMatchObject({
      outcome: 'busy',
      reason: 'held-elsewhere',
      holder: { runId: 'other', sessionKey: 'chat:other', pid: other.process.pid },
    });
    await kill(other);
  });

  it('[X5] is repaired by the next run after its holder was killed in mid-turn', async () => {
    // Given a process that is killed while half a record is in the file
    const sessionFile = dir.join('session.jsonl');
    const other = await startHolding(sessionFile);
    await kill(other);

    // When the next run repairs before it works
    await opened.sessions.run({ sessionFile }, async (run) => {
      await repair(run);
      await run.transcript.append({ from: 'this' });
    });

    // Then each line is whole, and the dead run is named
    const lines = readFileSync(sessionFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { from: 'other' },
      { cutOff: 'other' },
      { from: 'this' },
    ]);
  });

  it('[X5] is repaired for whom it was cut off, though a process came between and never began', async () => {
    // Given a process that was killed in its turn, and one that was killed before a turn of its own
    const sessionFile = dir.join('session.jsonl');
    await kill(await startHolding(sessionFile));
    const between = await startProcess(sessionFile);
    await between.ask('acquire', { runId: 'between', isTurn: false });
    await between.kill();

    // When the next run repairs before it works
    const previous = await opened.sessions.run({ sessionFile }, async (run) => {
      await repair(run);
      return run.previous;
    });

    // Then it was told of the first, and each line is whole
    expect(previous).toMatchObject({ runId: 'other', end: 'died' });
    expect(readFileSync(sessionFile, 'utf8')).toBe('{"from":"other"}\n{"cutOff":"other"}\n');
  });

  it('repairs nothing where the run before ended well', async () => {
    const sessionFile = dir.join('session.jsonl');
    await opened.sessions.run({ sessionFile }, (run) => run.transcript.append({ from: 'one' }));

    await opened.sessions.run({ sessionFile }, repair);

    expect(readFileSync(sessionFile, 'utf8')).toBe('{"from":"one"}\n');
  });

  it('[L11] loses no increment of either', async () => {
    // Given two other processes that count in it
    const sessionFile = dir.join('count.jsonl');
    const others = [1, 2].map(() => runChild(OTHER, { args: [sessionFile, 'count', '20'] }));

    // When this one counts, too
    await count(opened.sessions, sessionFile, 20);
    const results = await Promise.all(others);

    // Then all have counted
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(readFileSync(sessionFile, 'utf8')).toBe('60');
  });
});

describe('a runner that goes down', () => {
  it('[X4] leaves nothing beside the file but the numbers of its last turns, given back', async () => {
    // Given a process that has worked on a file
    const sessionFile = dir.join('count.jsonl');

    // When it has closed what it opened, and ended
    const { code } = await runChild(OTHER, { args: [sessionFile, 'count', '3'] });

    // Then the next has the file at once, by a higher number
    const left = readdirSync(`${sessionFile}.lock`).sort();
    expect({ code, left }).toEqual({
      code: 0,
      left: [expect.stringMatching(/^\d+\.free$/), expect.stringMatching(/^\d+\.free$/), 'epoch'],
    });
    const token = await opened.sessions.run({ sessionFile }, (run) => run.fencingToken);
    expect(BigInt(token ?? 0)).toBe(BigInt(left[1]?.replace('.free', '') ?? 0) + 1n);
  });
});
