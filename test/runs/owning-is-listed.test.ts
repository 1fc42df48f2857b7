import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { freshMarker, idsOf, useSessions, waitBehind } from './support/sessions.js';

const sessions = useSessions();

function assertListed(coordinator: Coordinator, run: Run): void {
  const view = run.toJSON();
  expect(coordinator.runs.list()).toContainEqual(view);
  expect(coordinator.runs.byRunId(run.runId)).toEqual(view);
  expect(coordinator.runs.bySessionFile(run.sessionFile)).toEqual(view);
  expect(coordinator.inspect().held).toContainEqual(view);
}

describe('owning a file', () => {
  it('[A4] is being listed, from acquire()', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    assertListed(coordinator, run);
    await run.release();
  });

  it('[A4] is being listed, inside of run(), of every kind', async () => {
    const coordinator = sessions.create();
    for (const kind of ['person', 'cron', 'heartbeat', 'maintenance'] as const) {
      await coordinator.run({ sessionFile: freshMarker(), kind }, (run) => {
        assertListed(coordinator, run);
      });
    }
  });

  it('[A4] is being listed when a joined handle uses the turn', async () => {
    // Given a run inside of which another one joins
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    await coordinator.run({ sessionFile }, async (host) => {
      await coordinator.run({ sessionFile, onReentry: 'join' }, (joined) => {
        // Then the joined one is the listed one
        expect(joined.runId).toBe(host.runId);
        assertListed(coordinator, joined);
      });
    });
    expect(coordinator.inspect().counters).toMatchObject({ requests: 2, granted: 1, joined: 1 });
  });

  it('[A4] is being listed again after park(), and parked meanwhile', async () => {
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker() }, async (run) => {
      await run.park(() => {
        // Given a run that gave its turn up; then it is listed as parked, and owns nothing
        expect(coordinator.inspect().parked).toEqual([run.toJSON()]);
        expect(coordinator.runs.bySessionFile(run.sessionFile)).toBeUndefined();
        expect(idsOf(coordinator.runs.list())).toEqual([run.runId]);
      });
      // When it is back; then it is listed as owner
      assertListed(coordinator, run);
      expect(run.generation).toBe(2);
    });
  });

  it('[A4] is being listed for a run that waits, from the call for a marker', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    // When a second run is asked for; then it is there in the same step
    const granted = coordinator.acquire({ sessionFile, runId: 'second' });
    expect(coordinator.runs.byRunId('second')).toMatchObject({ phase: 'waiting', generation: 0 });
    await owner.release();
    await (await granted).release();
  });

  it('[A4] is being listed before anybody else can be told of the grant', async () => {
    // Given a waiting run, and a listener on every event
    const seen: unknown[] = [];
    const coordinator = sessions.create({
      onEvent: ({ type, runId }) => {
        if (type === 'granted') seen.push(coordinator.runs.byRunId(runId)?.phase);
      },
    });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const { granted } = await waitBehind(coordinator, { sessionFile });
    // When the turn passes on
    await owner.release();
    // Then the listener found both as owners
    expect(seen).toEqual(['active', 'active']);
    await (await granted).release();
  });

  it('[A4] is refused to a parked run, which is told so', async () => {
    const coordinator = sessions.create();
    const gate = createGate();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    const parked = run.park(() => gate.opened);
    await expect(run.park(() => undefined)).rejects.toMatchObject({
      code: 'ERR_SESSION_NOT_OWNER',
    });
    gate.open();
    await parked;
    await run.release();
  });
});
