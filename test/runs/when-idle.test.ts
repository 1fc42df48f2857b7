import { describe, expect, it, vi } from 'vitest';
import { DeadlockError } from '../../src/index.js';
import { sharedOwnerTable } from '../../src/ownership/owner-table.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import {
  assertError,
  freshMarker,
  loopTurn,
  stateOf,
  useSessions,
  waitBehind,
} from './support/sessions.js';

describe('RunIndex.whenIdle()', () => {
  useFakeTime();
  const dir = useTempDir();
  const sessions = useSessions();

  it('is true at once where nothing runs', async () => {
    const { runs } = sessions.create();
    expect(await runs.whenIdle()).toBe(true);
    expect(await runs.whenIdle({ file: freshMarker() })).toBe(true);
  });

  it('is true once owner, waiting and parked runs of the file have ended', async () => {
    // Given a parked run, an owner and a waiting run
    const coordinator = sessions.create();
    const file = freshMarker();
    const gate = createGate();
    const first = await coordinator.acquire({ sessionFile: file });
    const parked = first.park(() => gate.opened);
    const owner = await coordinator.acquire({ sessionFile: file });
    const { granted } = await waitBehind(coordinator, { sessionFile: file });
    const idle = coordinator.runs.whenIdle({ file });
    // When they end one after the other; then it is idle with the last
    await owner.release();
    expect(await stateOf(idle)).toBe('pending');
    await (await granted).release();
    expect(await stateOf(idle)).toBe('pending');
    gate.open();
    await parked;
    expect(await stateOf(idle)).toBe('pending');
    await first.release();
    expect(await idle).toBe(true);
  });

  it('of one file does not wait for others; of all it does', async () => {
    const coordinator = sessions.create();
    const file = freshMarker();
    const one = await coordinator.acquire({ sessionFile: file });
    const other = await coordinator.acquire({ sessionFile: freshMarker() });
    const [idleFile, idleAll] = [coordinator.runs.whenIdle({ file }), coordinator.runs.whenIdle()];
    await one.release();
    expect(await stateOf(idleFile)).toBe('done');
    expect(await stateOf(idleAll)).toBe('pending');
    await other.release();
    expect(await idleAll).toBe(true);
  });

  it('of all files waits for a request whose path is still being resolved', async () => {
    // Given a request that is not listed yet, since its path has to be resolved first
    const coordinator = sessions.create();
    const owning = coordinator.acquire({ sessionFile: dir.join('s.jsonl') });
    expect(coordinator.runs.size).toBe(0);
    // When somebody waits for all to be idle
    const idle = coordinator.runs.whenIdle();
    const run = await owning;
    // Then that run counts
    expect(await stateOf(idle)).toBe('pending');
    await run.release();
    expect(await idle).toBe(true);
  });

  it('of one file waits for a request for it whose path is still being resolved', async () => {
    const coordinator = sessions.create();
    const file = dir.join('s.jsonl');
    const owning = coordinator.acquire({ sessionFile: file });
    // When somebody waits for this file to be idle
    const idle = coordinator.runs.whenIdle({ file });
    const state = await stateOf(idle);
    await (await owning).release();
    expect(await idle).toBe(true);
    // Then that run counted
    expect(state).toBe('pending');
  });

  it('is true once the last request still being resolved is refused', async () => {
    const coordinator = sessions.create();
    const refused = coordinator.acquire({ sessionFile: dir.path }).catch(() => 'refused');
    const idle = coordinator.runs.whenIdle();
    expect(await refused).toBe('refused');
    expect(await idle).toBe(true);
  });

  it('waits on when the file is taken again before it looked', async () => {
    // Given a run that ends with another one behind it
    const coordinator = sessions.create();
    const file = freshMarker();
    const owner = await coordinator.acquire({ sessionFile: file });
    const idle = coordinator.runs.whenIdle({ file });
    void owner.release();
    const next = await coordinator.acquire({ sessionFile: file });
    await next.release();
    expect(await idle).toBe(true);
  });

  it('is false at its deadline and when its signal fires', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const controller = new AbortController();
    const byTime = coordinator.runs.whenIdle({ waitMs: 50 });
    const bySignal = coordinator.runs.whenIdle({ signal: controller.signal });
    await vi.advanceTimersByTimeAsync(50);
    expect(await byTime).toBe(false);
    controller.abort();
    expect(await bySignal).toBe(false);
    expect(await coordinator.runs.whenIdle({ waitMs: 0 })).toBe(false);
    await owner.release();
  });

  it.each(['end', 'deadline', 'signal'] as const)('leaves nothing behind at its %s', async (by) => {
    const coordinator = sessions.create({ isolated: false });
    const owner = await coordinator.acquire({ sessionFile: freshMarker(), stuckAfterMs: false });
    const controller = createCountingController();
    await loopTurn();
    const watching = vi.getTimerCount();
    const idle = coordinator.runs.whenIdle({ waitMs: 100, signal: controller.signal });
    expect(sharedOwnerTable().state.idleListeners.size).toBe(1);
    expect(vi.getTimerCount()).toBe(watching + 1);
    if (by === 'end') await owner.release();
    else if (by === 'signal') controller.abort();
    else await vi.advanceTimersByTimeAsync(100);
    await idle;
    expect(controller.signal.listeners).toBe(0);
    expect(sharedOwnerTable().state.idleListeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(by === 'end' ? 0 : watching);
    await owner.release();
  });

  it.each(['its file', 'all files'])('[D4] refuses a run that would wait for %s', async (what) => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    await coordinator.run({ sessionFile, runId: 'self' }, async () => {
      const options = what === 'its file' ? { file: sessionFile } : {};
      const error = await assertError(coordinator.runs.whenIdle(options), DeadlockError);
      expect(error.chain.map(({ run }) => run.runId)).toEqual(['self']);
      const subject = what === 'its file' ? sessionFile : 'every file';
      expect(error.message).toContain(`Cannot wait for ${subject} to be idle: `);
    });
  });

  it('[D4] answers a run that only looks with waitMs 0, as its error advises', async () => {
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker() }, async () => {
      await expect(coordinator.runs.whenIdle({ waitMs: 0 })).resolves.toBe(false);
    });
  });

  it('[D4] refuses two runs that wait for each other to leave their files', async () => {
    // Given a run that waits for the file of another one to be idle
    const coordinator = sessions.create();
    const [one, two] = [freshMarker(), freshMarker()];
    const gate = createGate();
    const controller = new AbortController();
    const { signal } = controller;
    const first = coordinator.run({ sessionFile: one }, async () => {
      await gate.opened;
      return await coordinator.runs.whenIdle({ file: two, signal });
    });
    const second = await coordinator.acquire({ sessionFile: two });
    gate.open();
    await loopTurn();
    // When that one waits for the file of the first
    const circle = second.within(() => coordinator.runs.whenIdle({ file: one, signal }));
    const state = await stateOf(circle);
    controller.abort();
    await second.release();
    await first;
    // Then that was refused instead of hanging
    expect(state).toBe('failed');
  });

  it('lets a run wait for another file', async () => {
    const coordinator = sessions.create();
    const file = freshMarker();
    const other = await coordinator.acquire({ sessionFile: file });
    let answer: boolean | undefined;
    const run = coordinator.run({ sessionFile: freshMarker() }, async () => {
      answer = await coordinator.runs.whenIdle({ file });
    });
    await other.release();
    await run;
    expect(answer).toBe(true);
  });
});
