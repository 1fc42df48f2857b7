import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { loopTurn } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { watchedOwner } from './support/scenes.js';
import { block, blockSoFar } from './support/stalls.js';

const FILE = 'memory:a';
const OTHER = 'memory:b';
const OPTIONS = { stuckAfterMs: false as const, settleMs: 15_000 };

describe('owners that come and go around a stall', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[S3] a stall is seen where the only one that was watched is gone, in the same tick', async () => {
    // Given an owner that ends just after another one was granted
    const sessions = stage.open(OPTIONS);
    const first = await watchedOwner(sessions, { sessionFile: OTHER });
    const run = await sessions.acquire({ sessionFile: FILE });
    const released = first.release();

    // When the process stands still before that tick is over
    const blocked = blockSoFar(50_000);
    const outcome = sessions.recover({ sessionFile: FILE, silentMs: 5_000 });

    const isAborted = run.signal.aborted;
    await blocked.runTimers();
    await released;
    await run.release();
    expect(await outcome).toMatchObject({ reason: 'event_loop_stalled' });
    expect(isAborted).toBe(false);
  });

  it('no stall is seen where a run was granted and ended in one tick', async () => {
    // Given a turn that nobody had to watch, and some time without any
    const sessions = stage.open(OPTIONS);
    const monitor = sessions.monitor({ intervalMs: Infinity });
    await sessions.run({ sessionFile: FILE }, () => {});
    await loopTurn();
    await vi.advanceTimersByTimeAsync(10_000);
    await monitor.check();

    // When the next run is to go
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const recovery = sessions.recover({ sessionFile: FILE, allowActiveAbort: true });

    // Then nothing is known of a stall
    await run.release();
    expect(await recovery).toMatchObject({ status: 'ended', reason: 'requested' });
    monitor[Symbol.dispose]();
  });

  it('a run gets no more back than the time since its grant', async () => {
    // Given a run that was granted just before the stall, and long after the last pulse
    const sessions = stage.open(OPTIONS);
    const first = await watchedOwner(sessions, { sessionFile: OTHER });
    await vi.advanceTimersByTimeAsync(4_900);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await block(10_000);
    await vi.advanceTimersByTimeAsync(30_000);

    // When it is judged by what came after
    const recovery = sessions.recover({ sessionFile: FILE, silentMs: 30_000 });

    // Then that counts in full
    expect(run.signal.reason).toMatchObject({ why: 'recovery' });
    await run.release();
    await first.release();
    expect(await recovery).toMatchObject({ status: 'ended', reason: 'stuck' });
  });

  it('a run that drains gets no more back than the time since its end began', async () => {
    // Given a run that began to end just before the stall, and long after the last pulse
    const sessions = stage.open(OPTIONS);
    const sessionFile = dir.join('session.jsonl');
    const run = await watchedOwner(sessions, { sessionFile });
    const gate = createGate();
    const section = run.transcript.write(() => gate.opened);
    section.catch(() => {});
    await vi.advanceTimersByTimeAsync(4_900);
    const released = run.release();
    await loopTurn();
    await block(10_000);

    // When its time to settle is over once more
    await vi.advanceTimersByTimeAsync(14_990);
    expect(run.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(20);

    // Then it loses its turn
    expect(run.end).toBe('revoked');
    gate.open();
    await released;
    await section.catch(() => {});
  });

  it('each owner gets back what it has lost, and nobody else’s', async () => {
    // Given a run that has been silent for long, and one that was granted after the stall
    const sessions = stage.open(OPTIONS);
    const old = await watchedOwner(sessions, { sessionFile: OTHER });
    await vi.advanceTimersByTimeAsync(20_000);
    await block(50_000);
    const young = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(40_000);

    // When both are judged by 50 s of silence
    const request = { silentMs: 50_000 };
    const recovery = sessions.recover({ sessionFile: OTHER, ...request });
    const spared = await sessions.recover({ sessionFile: FILE, ...request });

    // Then 60 s count for the one, and 40 s for the other
    expect([old.signal.aborted, young.signal.aborted]).toEqual([true, false]);
    expect(spared).toMatchObject({ reason: 'active_run' });
    await old.release();
    await young.release();
    await recovery;
  });
});
