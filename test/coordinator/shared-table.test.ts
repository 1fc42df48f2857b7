import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createCoordinator, resolveSessionFileSync } from '../../src/index.js';
import { freshMarker } from '../runs/support/sessions.js';

/** Another copy of the package. */
async function secondCopy() {
  vi.resetModules();
  return await import('../../src/index.js');
}

describe('coordinators of one thread', () => {
  it('[P2] made by two copies of the package share one owner per file', async () => {
    const copy = await secondCopy();
    expect(copy.createCoordinator).not.toBe(createCoordinator);
    const sessionFile = freshMarker();
    const owner = await createCoordinator().acquire({ sessionFile });
    const other = copy.createCoordinator();
    await expect(other.acquire({ sessionFile, waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    expect(other.runs.bySessionFile(sessionFile)?.runId).toBe(owner.runId);
    await owner.release();
  });

  it('share the longest history that one of them asked for', async () => {
    const long = createCoordinator({ historySize: 1_500 });
    createCoordinator({ historySize: 10 });
    for (let at = 0; at < 600; at += 1) {
      await long.run({ sessionFile: freshMarker() }, () => undefined);
    }
    expect(long.history()).toHaveLength(1_500);
  });

  it('refuse other markers while runs are named by the present ones', async () => {
    const owner = await createCoordinator().acquire({ sessionFile: freshMarker() });
    const create = () => createCoordinator({ markers: ['redis'] });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(
      'Cannot create a coordinator: markers ["redis"] do not fit ["sqlite","memory","in-memory"], ' +
        'which runs alive are named by in this thread',
    );
    await owner.release();
  });

  it('refuse other markers than the first that were chosen, and accept the same again', () => {
    const markers = ['redis', 'memory', 'sqlite', 'in-memory'];
    createCoordinator({ markers });
    expect(() => createCoordinator({ markers: markers.toReversed() })).not.toThrow();
    expect(() => createCoordinator()).not.toThrow();
    expect(() => createCoordinator({ markers: ['memory'] })).toThrow(
      'Cannot create a coordinator: markers ["memory"] do not fit ' +
        '["redis","memory","sqlite","in-memory"], which another coordinator chose in this thread',
    );
    expect(resolveSessionFileSync('redis:a').key).toBe('redis:a');
  });

  it('fail closed where a copy with another protocol made the table', async () => {
    vi.resetModules();
    vi.doMock('../../src/support/thread-table.js', () => ({
      threadTable: () => ({ protocol: 2, markers: new Set() }),
      setThreadTable: () => undefined,
    }));
    const copy = await import('../../src/index.js');
    expect(() => copy.createCoordinator()).toThrow(
      'Cannot create a coordinator: another copy of penholder in this thread speaks protocol 2, ' +
        'this one 1; use one version, or two that speak the same',
    );
    expect(() => copy.createCoordinator({ isolated: true })).not.toThrow();
    vi.doUnmock('../../src/support/thread-table.js');
  });
});

describe('Coordinator.inspect()', () => {
  it('is fresh, plain and safe to turn into JSON', async () => {
    const coordinator = createCoordinator({ isolated: true });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const waiting = coordinator.acquire({ sessionFile });
    const [before, same] = [coordinator.inspect(), coordinator.inspect()];
    expect(same).toEqual(before);
    expect(same).not.toBe(before);
    expect(JSON.parse(JSON.stringify(before))).toEqual(before);
    await owner.release();
    await (await waiting).release();
    expect(before.held).toHaveLength(1);
    expect(before.waiting).toHaveLength(1);
    expect(before.counters).toMatchObject({ requests: 2, granted: 1 });
    expect(before.counters.ends.released).toBe(0);
    expect(coordinator.inspect().counters.ends.released).toBe(2);
  });

  it('cannot be changed by who looks', async () => {
    const coordinator = createCoordinator({ isolated: true });
    const { counters } = coordinator.inspect();
    counters.requests = 99;
    counters.ends.stuck = 99;
    expect(coordinator.inspect().counters).toMatchObject({ requests: 0, ends: { stuck: 0 } });
  });
});
