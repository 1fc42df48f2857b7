import { describe, expect, it } from 'vitest';
import { ConfigurationError, createCoordinator } from '../../src/index.js';
import { useStage } from './support/stage.js';
import { tableOfThread } from './support/thread-table.js';

const FILE = 'memory:a';
const TABLE = Symbol.for('penholder.owner-table');

describe('OwnerTable', () => {
  const stage = useStage();

  it('[D2] all coordinators of a thread exclude each other', async () => {
    const one = stage.open({ isolated: false });
    const two = stage.open({ isolated: false });
    const owner = await one.acquire({ sessionFile: FILE });

    const refused = two.acquire({ sessionFile: FILE, waitMs: 0 });

    await expect(refused).rejects.toMatchObject({ holder: { runId: owner.runId } });
    await owner.release();
  });

  it('an isolated coordinator excludes nobody outside', async () => {
    const one = stage.open();
    const two = stage.open();
    const [first, second] = await Promise.all([
      one.acquire({ sessionFile: FILE, waitMs: 0 }),
      two.acquire({ sessionFile: FILE, waitMs: 0 }),
    ]);

    expect(one.runs.size).toBe(1);
    await first.release();
    await second.release();
  });

  it('is made once, under a name without a version, and cannot be replaced', () => {
    stage.open({ isolated: false });
    const table = tableOfThread();

    stage.open({ isolated: false });

    expect(tableOfThread()).toBe(table);
    expect((globalThis as { [TABLE]?: unknown })[TABLE]).toBe(table);
    expect(Reflect.set(globalThis, TABLE, {})).toBe(false);
    expect(Reflect.deleteProperty(globalThis, TABLE)).toBe(false);
  });

  it('a wish for other markers is refused, once somebody has chosen', () => {
    createCoordinator({ markers: ['memory', 'sqlite', 'in-memory'] });

    expect(() => createCoordinator({ markers: ['redis'] })).toThrow(ConfigurationError);
    expect(() => createCoordinator({ markers: ['redis'], isolated: true })).not.toThrow();
  });

  it('the history is as long as the longest wish', async () => {
    const small = stage.open({ isolated: false, historySize: 0 });
    createCoordinator({ historySize: 5_000 });
    await small.run({ sessionFile: FILE }, () => {});

    expect(tableOfThread().state.log.capacity).toBe(5_000);
    expect(small.history(FILE).slice(-3)).toMatchObject([
      { type: 'requested' },
      { type: 'granted' },
      { type: 'ended' },
    ]);
  });
});
