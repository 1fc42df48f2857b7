import { symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/observe/event-log.js';
import { resolveSessionFile } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { freshMarker, loopTurn, typesOf, useSessions } from '../runs/support/sessions.js';

describe('Coordinator.history()', () => {
  const dir = useTempDir();
  const sessions = useSessions();

  it('[V7] still tells of a file that has been released', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    await coordinator.run({ sessionFile, runId: 'gone' }, () => undefined);
    const history = coordinator.history(sessionFile);
    expect(typesOf(history)).toEqual(['requested', 'granted', 'ended']);
    expect(history.map(({ runId }) => runId)).toEqual(['gone', 'gone', 'gone']);
  });

  it('[V7] is read without waiting while the file is owned and waited for', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const granted = coordinator.acquire({ sessionFile });
    expect(typesOf(coordinator.history(sessionFile))).toEqual([
      ...['requested', 'granted', 'requested', 'queued'],
    ]);
    await owner.release();
    await (await granted).release();
  });

  it('[V7] tells of one file by any of its names, also after its release', async () => {
    await writeFile(dir.join('s.jsonl'), '');
    await symlink('s.jsonl', dir.join('link'));
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: dir.join('link') }, () => undefined);
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    const names = [
      dir.join('link'),
      dir.join('s.jsonl'),
      await resolveSessionFile(dir.join('link')),
    ];
    for (const name of names) expect(coordinator.history(name)).toHaveLength(3);
    expect(coordinator.history()).toHaveLength(6);
  });

  it('[V7] keeps the newest events, as many as historySize says', async () => {
    const coordinator = sessions.create({ historySize: 4 });
    for (let at = 0; at < 10; at += 1) {
      await coordinator.run({ sessionFile: freshMarker(), runId: `run-${at}` }, () => undefined);
    }
    const history = coordinator.history();
    expect(history.map(({ sequence }) => sequence)).toEqual([27, 28, 29, 30]);
  });

  it('[V7] keeps 1,024 events by default', async () => {
    const coordinator = sessions.create();
    for (let at = 0; at < 400; at += 1) {
      await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    }
    expect(coordinator.history()).toHaveLength(1_024);
    expect(coordinator.history().at(-1)?.sequence).toBe(1_200);
  });

  it('[V7] keeps more than the default where historySize says so', async () => {
    const coordinator = sessions.create({ historySize: 1_100 });
    for (let at = 0; at < 400; at += 1) {
      await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    }
    expect(coordinator.history()).toHaveLength(1_100);
  });

  it('[V7] keeps nothing with historySize 0, while listeners are still told', async () => {
    const told: string[] = [];
    const coordinator = sessions.create({
      historySize: 0,
      onEvent: ({ type }) => told.push(type),
    });
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    expect(told).toEqual(['requested', 'granted', 'ended']);
    expect(coordinator.history()).toEqual([]);
  });

  it('gives the same event each time, in a fresh array', async () => {
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker() }, loopTurn);
    const [one, other] = [coordinator.history(), coordinator.history()];
    expect(one).not.toBe(other);
    expect(one[0]).toBe(other[0]);
  });

  it('[V7] tells of a request for a file that was given up before its path was resolved', async () => {
    // Given a request that is aborted in the call
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const request = { sessionFile, signal: AbortSignal.abort() };
    await expect(coordinator.acquire(request)).rejects.toThrow('Stopped waiting');
    // When somebody asks what happened to that file; then it is there
    expect(typesOf(coordinator.history(sessionFile))).toEqual(['requested', 'aborted']);
  });
});

describe('EventLog', () => {
  const subject = {
    runId: 'r',
    generation: 1,
    kind: 'cron',
    path: '/s',
    key: '/s',
    sessionKey: undefined,
    sessionId: undefined,
  } as const;

  function sequences(log: EventLog<typeof subject>): number[] {
    return log.read(() => true).map(({ sequence }) => sequence);
  }

  it('[V7] keeps what it has when it grows', () => {
    const log = new EventLog<typeof subject>(3);
    for (let at = 0; at < 5; at += 1) log.write('granted', subject);
    log.grow(4);
    expect(sequences(log)).toEqual([3, 4, 5]);
    for (let at = 0; at < 2; at += 1) log.write('granted', subject);
    expect(sequences(log)).toEqual([4, 5, 6, 7]);
  });

  it('never shrinks, since others rely on what they asked for', () => {
    const log = new EventLog<typeof subject>(3);
    log.grow(1);
    expect(log.capacity).toBe(3);
  });

  it('takes the generation at the time of the event', () => {
    const log = new EventLog<Omit<typeof subject, 'generation'> & { generation: number }>(3);
    const moving = { ...subject, generation: 1 };
    log.write('granted', moving);
    moving.generation = 2;
    expect(log.read(() => true)[0]?.generation).toBe(1);
  });

  it('leaves labels out that there are none of', () => {
    const log = new EventLog<typeof subject>(1);
    log.write('ended', subject, { end: 'completed', heldMs: 1 }, 'event-1', performance.now());
    const [event] = log.read(() => true);
    expect(event).toEqual({
      type: 'ended',
      eventId: 'event-1',
      sequence: 1,
      atMs: expect.any(Number) as number,
      runId: 'r',
      generation: 1,
      sessionFile: '/s',
      kind: 'cron',
      end: 'completed',
      heldMs: 1,
    });
  });
});
