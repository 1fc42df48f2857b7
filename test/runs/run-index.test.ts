import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { InvalidSessionFileError, resolveSessionFile, type RunKind } from '../../src/index.js';
import { nodeSyncFs } from '../../src/identity/node-fs.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { freshMarker, idsOf, loopTurn, useSessions, waitBehind } from './support/sessions.js';

const sessions = useSessions();

describe('RunIndex.bySessionFile()', () => {
  const dir = useTempDir();

  it('finds the owner by path, URL, link and SessionFile', async () => {
    await mkdir(dir.join('real'));
    await symlink('real', dir.join('link'));
    const coordinator = sessions.create();
    const file = dir.join('real', 's.jsonl');
    const owner = await coordinator.acquire({ sessionFile: file });
    const names = [file, dir.join('link', 's.jsonl'), pathToFileURL(file)];
    for (const name of [...names, await resolveSessionFile(file)]) {
      expect(coordinator.runs.bySessionFile(name)).toEqual(owner.toJSON());
    }
    await owner.release();
  });

  it('tells of nobody for a free file, and for one whose run is parked', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({ sessionFile });
    expect(coordinator.runs.bySessionFile(freshMarker())).toBeUndefined();
    await run.park(() => {
      expect(coordinator.runs.bySessionFile(sessionFile)).toBeUndefined();
    });
    await run.release();
  });

  it('costs no I/O for a SessionFile, in every look-up that takes one', async () => {
    // Given an owner of a file on disk, and a resolved name for it
    const coordinator = sessions.create();
    const path = dir.join('s.jsonl');
    await writeFile(path, '');
    const file = await resolveSessionFile(path);
    const owner = await coordinator.acquire({ sessionFile: path });
    const asked = (['realpath', 'stat', 'lstat', 'readlink', 'list'] as const).map((question) =>
      vi.spyOn(nodeSyncFs, question),
    );
    // When everything is looked up by it
    expect(coordinator.runs.bySessionFile(file)?.runId).toBe(owner.runId);
    expect(coordinator.runs.waitingFor(file)).toEqual([]);
    expect(coordinator.history(file)).toHaveLength(2);
    expect(await coordinator.runs.whenIdle({ file, waitMs: 0 })).toBe(false);
    // Then the file system was not asked, which it is for a path
    for (const question of asked) expect(question).not.toHaveBeenCalled();
    coordinator.runs.bySessionFile(path);
    expect(asked.some((question) => question.mock.calls.length > 0)).toBe(true);
    await owner.release();
  });

  it('refuses a path that cannot name a session file', () => {
    const { runs } = sessions.create();
    expect(() => runs.bySessionFile(dir.path)).toThrow(InvalidSessionFileError);
    expect(() => runs.waitingFor('')).toThrow(InvalidSessionFileError);
  });
});

describe('RunIndex.waitingFor()', () => {
  useFakeTime();

  it('lists the waiting runs in the order in which they are then served', async () => {
    // Given waiting runs of all kinds, asked for in the wrong order
    const coordinator = sessions.create({ yieldAfterMs: Infinity });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const kinds: RunKind[] = ['maintenance', 'heartbeat', 'person', 'cron', 'command', 'child'];
    const served: string[] = [];
    const all = [...kinds, ...kinds].map((kind, at) =>
      coordinator.run({ sessionFile, kind, runId: `${kind}-${at}` }, (run) => {
        served.push(run.runId);
      }),
    );
    // When somebody looks, and then all are served
    const announced = idsOf(coordinator.runs.waitingFor(sessionFile));
    await owner.release();
    await Promise.all(all);
    // Then they were served as announced
    expect(announced.slice(0, 3)).toEqual(['person-2', 'person-8', 'command-4']);
    expect(served).toEqual(announced);
  });

  it('lists a parked run that wants its turn back before all others', async () => {
    // Given a parked run, an owner and a waiting person
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const gate = createGate();
    const back = await coordinator.acquire({ sessionFile, runId: 'back', kind: 'maintenance' });
    const parked = back.park(() => gate.opened);
    const owner = await coordinator.acquire({ sessionFile });
    const { granted } = await waitBehind(coordinator, { sessionFile, runId: 'person' });
    // When it wants to come back
    gate.open();
    await loopTurn();
    // Then it is first, still counted as parked
    expect(idsOf(coordinator.runs.waitingFor(sessionFile))).toEqual(['back', 'person']);
    expect(idsOf(coordinator.inspect().parked)).toEqual(['back']);
    expect(idsOf(coordinator.inspect().waiting)).toEqual(['person']);
    await owner.release();
    await parked;
    await back.release();
    await (await granted).release();
  });
});

describe('RunIndex.bySessionKey() and bySessionId()', () => {
  useFakeTime();
  const labels = { sessionKey: 'lane', sessionId: 'talk' };

  it('list owners first, the latest grant first, then parked, then waiting in order', async () => {
    // Given runs of one lane in all phases, 10 ms apart
    const coordinator = sessions.create();
    const file = freshMarker();
    const gate = createGate();
    const own = async (runId: string, sessionFile = freshMarker()) => {
      vi.advanceTimersByTime(10);
      return await coordinator.acquire({ sessionFile, runId, ...labels });
    };
    const oldest = await own('owner-0');
    const parked = [await own('parked-1'), await own('parked-2')];
    const parking = parked.map((run) => run.park(() => gate.opened));
    const owners = [await own('owner-1', file), await own('owner-2'), await own('owner-3')];
    const wait = async (runId: string, kind: RunKind) => {
      vi.advanceTimersByTime(10);
      return await waitBehind(coordinator, { sessionFile: file, runId, kind, ...labels });
    };
    const waiting = [await wait('cron', 'cron'), await wait('person', 'person')];
    // When the lane is looked up; then that is the order
    const owning = ['owner-3', 'owner-2', 'owner-1', 'owner-0'];
    const order = [...owning, 'parked-2', 'parked-1', 'person', 'cron'];
    expect(idsOf(coordinator.runs.bySessionKey('lane'))).toEqual(order);
    expect(idsOf(coordinator.runs.bySessionId('talk'))).toEqual(order);
    gate.open();
    await Promise.all(parking);
    for (const run of [oldest, ...owners, ...parked]) await run.release();
    for (const { granted } of waiting.toReversed()) await (await granted).release();
  });

  it('list an owner that came back from park by its latest grant', async () => {
    const coordinator = sessions.create();
    const own = async (runId: string) => {
      vi.advanceTimersByTime(10);
      return await coordinator.acquire({ sessionFile: freshMarker(), runId, ...labels });
    };
    const [one, two] = [await own('one'), await own('two')];
    expect(idsOf(coordinator.runs.bySessionKey('lane'))).toEqual(['two', 'one']);
    vi.advanceTimersByTime(10);
    await one.park(() => undefined);
    expect(idsOf(coordinator.runs.bySessionKey('lane'))).toEqual(['one', 'two']);
    await one.release();
    await two.release();
  });

  it('know nothing of names that nobody bears', () => {
    const { runs } = sessions.create();
    expect(runs.bySessionKey('nobody')).toEqual([]);
    expect(runs.bySessionId('nobody')).toEqual([]);
    expect(runs.byRunId('nobody')).toBeUndefined();
  });
});

describe('RunIndex.list() and size', () => {
  it('count owners, waiting and parked runs of all files', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const { granted } = await waitBehind(coordinator, { sessionFile });
    const other = await coordinator.acquire({ sessionFile: freshMarker() });
    await other.park(() => {
      expect(coordinator.runs.size).toBe(3);
      expect(coordinator.runs.list().map(({ phase }) => phase)).toEqual([
        'active',
        'waiting',
        'parked',
      ]);
    });
    await owner.release();
    await (await granted).release();
    await other.release();
  });

  it('hand out fresh arrays of frozen views', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const [before] = [coordinator.runs.list()];
    owner.progress('moved on');
    expect(coordinator.runs.list()).not.toBe(before);
    expect(Object.isFrozen(before[0])).toBe(true);
    expect(before[0]?.progressNote).toBeUndefined();
    expect(coordinator.runs.list()[0]?.progressNote).toBe('moved on');
    await owner.release();
  });
});
