import { describe, expect, it, vi } from 'vitest';
import { type Coordinator, createCoordinator, type Run } from '../../src/index.js';
import type { OwnershipEvent } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { atFakeTime, useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { advanceFakeTime, drain } from './clock.js';
import { outcomeOf } from './outcome.js';

const FILE = 'memory:interleaved';

/** Interleavings that random sequences rarely or never find. */
describe('ownership, interleaved by hand', () => {
  useFakeTime();

  function make(options = {}): Coordinator {
    return createCoordinator({ isolated: true, ...options });
  }

  it('[O1] settles a request that is granted and closed in the same tick', async () => {
    // Given a waiting run of a coordinator that gives no time to settle
    const sessions = make({ settleMs: 0 });
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiting = outcomeOf(sessions.run({ sessionFile: FILE }, () => 'never'));

    // When it is granted and everything is closed at once
    void owner.release();
    const closed = sessions.close({ waitMs: 0 });
    await advanceFakeTime(10);
    await closed;

    // Then it has an outcome
    expect(waiting.code).toBeDefined();
    expect(sessions.runs.size).toBe(0);
  });

  it.each(['released', 'told to stop', 'parked'])(
    '[D2] does not start a joined task whose host was %s first',
    async (how) => {
      // Given an owner
      const sessions = make();
      const caller = new AbortController();
      const host = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
      const task = vi.fn();

      // When a task joins its turn, which is over before the task could start
      const request = { sessionFile: FILE, parent: host, onReentry: 'join' } as const;
      const joined = outcomeOf(sessions.run(request, task));
      const gate = createGate();
      if (how === 'released') void host.release();
      else if (how === 'parked') void host.park(() => gate.opened);
      else caller.abort();
      await drain();

      // Then the task is not started, and its caller is told
      expect(task).not.toHaveBeenCalled();
      expect(joined.code).toMatch(/ERR_SESSION_(RUN_ENDED|RUN_INTERRUPTED|NOT_OWNER)/);
      gate.open();
      await drain();
      await host.release();
    },
  );

  it('[T2] gives no turn to a waiter whose own signal has fired', async () => {
    // Given an owner whose caller releases it as soon as the signal fires, ahead of everybody
    const sessions = make();
    const controller = createCountingController();
    const owners: Run[] = [];
    controller.signal.addEventListener('abort', () => void owners[0]?.release());
    const { signal } = controller;
    owners.push(await sessions.acquire({ sessionFile: FILE, signal }));
    // And a waiter that shares the signal
    const waiting = outcomeOf(sessions.acquire({ sessionFile: FILE, signal }));

    // When the signal fires
    controller.abort();
    await drain();

    // Then the waiter is gone without ever having been granted
    expect(waiting.code).toBe('ERR_SESSION_WAIT_ABORTED');
    expect(sessions.inspect().counters).toMatchObject({ granted: 1, aborted: 1 });
  });

  it('[T2] lets no waiter whose own signal has fired press the next owner', async () => {
    // Given an owner that releases as soon as its signal fires, and a cron run that comes next
    const sessions = make({ preemptAfterMs: 10 });
    const caller = new AbortController();
    const { signal } = caller;
    const owner = await sessions.acquire({ sessionFile: FILE, signal });
    owner.signal.addEventListener('abort', () => void owner.release());
    const next = sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    // And a command that waits behind it, long enough to interrupt it, under the same signal
    await advanceFakeTime(70_000);
    const request = { sessionFile: FILE, kind: 'command', signal } as const;
    const waiting = outcomeOf(sessions.acquire(request));
    await advanceFakeTime(20);

    // When that signal fires
    caller.abort();
    const { signal: nextSignal, yieldSignal } = await next;

    // Then the waiter is gone, and the next owner was neither asked to yield nor interrupted
    await drain();
    expect(waiting.code).toBe('ERR_SESSION_WAIT_ABORTED');
    expect([yieldSignal.aborted, nextSignal.aborted]).toEqual([false, false]);
    await (await next).release();
  });

  it('[V5] tells a waiter that a listener aborts while it is being queued', async () => {
    // Given a listener that aborts whoever has to wait
    const controller = createCountingController();
    const onEvent = ({ type }: OwnershipEvent): void => {
      if (type === 'queued') controller.abort();
    };
    const sessions = make({ onEvent });
    const owner = await sessions.acquire({ sessionFile: FILE });

    // When a request has to wait
    const { signal } = controller;
    const asked = outcomeOf(sessions.acquire({ sessionFile: FILE, signal }));
    const tasked = outcomeOf(sessions.run({ sessionFile: FILE, signal }, () => 'never'));
    await drain();

    // Then it is told that its wait was aborted
    expect([asked.code, tasked.code]).toEqual([
      'ERR_SESSION_WAIT_ABORTED',
      'ERR_SESSION_WAIT_ABORTED',
    ]);
    await owner.release();
    expect(controller.signal.listeners).toBe(0);
  });

  it('[A7] leaves no timer where a listener asks again as a deadline passes', async () => {
    // Given a listener that asks anew once somebody has waited too long
    const again: { code?: string }[] = [];
    const request = { sessionFile: FILE, waitMs: 100 };
    const onEvent = ({ type }: OwnershipEvent): void => {
      if (type === 'timed-out' && again.length === 0) {
        again.push(outcomeOf(sessions.acquire(request)));
      }
    };
    const sessions = make({ onEvent, stuckAfterMs: false });
    const owner = await sessions.acquire({ sessionFile: FILE });
    // And two waits of one length, of which only the first is over
    const first = outcomeOf(sessions.acquire(request));
    await advanceFakeTime(50);
    const second = outcomeOf(sessions.acquire(request));

    // When the deadlines pass, one after another
    await advanceFakeTime(50);
    expect([first.code, second.code]).toEqual(['ERR_SESSION_WAIT_TIMEOUT', undefined]);
    await advanceFakeTime(50);
    expect(second.code).toBe('ERR_SESSION_WAIT_TIMEOUT');
    await advanceFakeTime(50);

    // Then each wait ended at its own time, and no timer stays
    expect(again).toEqual([{ code: 'ERR_SESSION_WAIT_TIMEOUT' }]);
    await owner.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[T2] times out at a hand-over in the very millisecond of the deadline', async () => {
    // Given a waiter, and an owner that is released by a timer that comes before its deadline
    const sessions = make();
    const owner = await sessions.acquire({ sessionFile: FILE });
    atFakeTime(100, () => void owner.release());
    const waiting = outcomeOf(sessions.acquire({ sessionFile: FILE, waitMs: 100 }));

    // When both are due
    await advanceFakeTime(100);

    // Then nobody is granted after the deadline
    expect(waiting.code).toBe('ERR_SESSION_WAIT_TIMEOUT');
    expect(sessions.runs.size).toBe(0);
  });

  it('[O5] starts the time to settle once, whatever fires the signal again', async () => {
    // Given an owner whose caller gives up shortly before its turn would be too long
    const sessions = make({ settleMs: 1_000, maxHoldMs: 900 });
    const caller = new AbortController();
    const owner = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    await advanceFakeTime(500);
    caller.abort();

    // When the limit comes after that, and the first time to settle is over
    await advanceFakeTime(999);
    expect(owner.phase).toBe('active');
    await advanceFakeTime(1);

    // Then its turn is taken, for the first reason
    expect(owner.end).toBe('revoked');
    expect(owner.signal.reason).toMatchObject({ why: 'caller' });
  });

  it('[A3] ends the turn of a run once, however often and late it is released', async () => {
    // Given a run that was released, whose id and file another run has now
    const sessions = make();
    const request = { sessionFile: FILE, runId: 'same', sessionKey: 'lane' };
    const former = await sessions.acquire(request);
    await former.release();
    const present = await sessions.acquire(request);

    // When the former handle is used again
    await former.release({ error: new Error('late') });
    former.progress('late');
    expect(() => former.rebind({ sessionKey: 'other' })).toThrow('has ended');

    // Then the present owner is untouched in every view
    expect(sessions.runs.byRunId('same')?.phase).toBe('active');
    expect(sessions.runs.bySessionKey('lane')).toHaveLength(1);
    expect(present.progressNote).toBeUndefined();
    await present.release();
  });
});
