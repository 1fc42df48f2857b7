import { describe, expect, it, vi } from 'vitest';
import { OwnerWaitAbortedError, RunInterruptedError } from '../../src/index.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { createRescue } from '../transcript/windows/support/windows.js';
import { ask, errorOf, watchRejections } from './support/runs.js';

const FILE = 'memory:a';

describe('what an interrupted run still brings', () => {
  useFakeTime();
  const stage = useStage();

  it('[I5] goes to its own rescue, and never to the answer of its successor', async () => {
    // Given a run that will finish well all the same, and a successor with a rescue of its own
    const sessions = stage.open();
    const mine = createRescue();
    const theirs = createRescue();
    const finish = createGate();
    const old = sessions.run({ sessionFile: FILE, runId: 'old', rescue: mine.rescue }, async () => {
      await finish.opened;
      return 'the old reply';
    });
    const failed = errorOf(old, RunInterruptedError);
    await settled();
    const next = sessions.run({ sessionFile: FILE, rescue: theirs.rescue }, () => 'the new reply');

    // When it is interrupted, and finishes well
    const told = sessions.interrupt({ runId: 'old' });
    finish.open();

    // Then each caller has what is theirs
    const error = await failed;
    expect(await next).toBe('the new reply');
    expect([mine.payloads, mine.errors]).toEqual([['the old reply'], [error]]);
    expect([theirs.payloads, theirs.errors]).toEqual([[], []]);
    expect((await told).status).toBe('ended');
  });

  it('[I5] of a run whose turn was taken goes there too, once', async () => {
    const sessions = stage.open({ settleMs: 100 });
    const { payloads, errors, rescue } = createRescue();
    const deaf = await startHeedless(sessions, { sessionFile: FILE, rescue });
    const next = sessions.run({ sessionFile: FILE }, () => 'the new reply');
    const told = sessions.interrupt(deaf.run);
    await vi.advanceTimersByTimeAsync(100);
    expect(await next).toBe('the new reply');
    expect(payloads).toEqual([]);
    deaf.end.open('the old reply');
    await settled();
    expect(payloads).toEqual(['the old reply']);
    expect(errors).toEqual([deaf.run.signal.reason]);
    expect((await told).status).toBe('revoked');
  });

  it('[I5] is nothing for a request that never began: its error has no payload', async () => {
    // Given an owner with a reply, and a request behind it
    const sessions = stage.open();
    const { payloads, rescue } = createRescue();
    const finish = createGate<string>();
    const old = sessions.run({ sessionFile: FILE, runId: 'old' }, () => finish.opened);
    const failed = sessions.run({ sessionFile: FILE, runId: 'w', rescue }, () => 'never');
    await settled();

    // When that request is interrupted, and the owner replies
    await sessions.interrupt({ runId: 'w' });
    finish.open('the reply');

    // Then the request has a typed error with nothing of the owner's in it
    const error = await errorOf(failed, OwnerWaitAbortedError);
    const reason = error.cause as RunInterruptedError;
    expect(await old).toBe('the reply');
    expect([error, reason].map((one) => Object.hasOwn(one, 'result'))).toEqual([false, false]);
    expect(payloads).toEqual([]);
  });

  it('[I5] of a turn that nobody had claimed is nothing', async () => {
    const sessions = stage.open();
    const { payloads, rescue } = createRescue();
    const admission = await sessions.admit({ sessionFile: FILE, runId: 't', rescue });
    await sessions.interrupt({ runId: 't' });
    const { ticket } = admission as Extract<typeof admission, { outcome: 'run' }>;
    const error = await errorOf(
      sessions.run(ticket, () => 'never'),
      RunInterruptedError,
    );
    expect(Object.hasOwn(error, 'result')).toBe(false);
    expect(payloads).toEqual([]);
  });

  it('[I5] is carried by its error for its own caller, where there is no rescue', async () => {
    const sessions = stage.open();
    const finish = createGate<string>();
    const failed = errorOf(
      sessions.run({ sessionFile: FILE, runId: 'a' }, () => finish.opened),
      RunInterruptedError,
    );
    await settled();
    const told = sessions.interrupt({ runId: 'a' });
    finish.open('the reply');
    expect((await failed).result).toBe('the reply');
    expect(JSON.stringify(await told)).not.toContain('the reply');
    expect(stage.lines.map(({ message }) => message)).toContain(
      'session result dropped: no rescue given',
    );
  });

  it('[I5] of a task that joined it is not taken for its own', async () => {
    // Given a run, and a task that joined it, each with a rescue
    const sessions = stage.open();
    const host = createRescue();
    const guest = createRescue();
    const finish = createGate();
    const request = { sessionFile: FILE, runId: 'host', rescue: host.rescue };
    const failed = errorOf(
      sessions.run(request, async () => {
        const joined = { sessionFile: FILE, onReentry: 'join', rescue: guest.rescue } as const;
        await sessions
          .run(joined, async () => {
            await finish.opened;
            return 'of the guest';
          })
          .catch(() => {});
      }),
      RunInterruptedError,
    );
    await settled();

    // When the run is interrupted, and only the task that joined brings something
    const told = sessions.interrupt({ runId: 'host' });
    finish.open();

    // Then the caller of the run is not handed the result of another call
    const error = await failed;
    await told;
    expect(guest.payloads).toEqual(['of the guest']);
    expect(host.payloads).toEqual([undefined]);
    expect(error.result).toBeUndefined();
  });

  it('is logged where it throws, and rejects nothing that nobody observes', async () => {
    // Given a run that ignores its signal
    const rejections = watchRejections();
    const sessions = stage.open({ settleMs: 100 });
    const thrown = createGate();
    const failed = errorOf(
      sessions.run({ sessionFile: FILE, runId: 'a' }, async () => {
        await thrown.opened;
        throw new Error('late');
      }),
      RunInterruptedError,
    );
    await settled();
    const next = ask(sessions, { sessionFile: FILE });

    // When its turn is taken, and it throws after that
    const told = sessions.interrupt({ runId: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    await failed;
    thrown.open();
    await settled();

    // Then that is in the log, and nowhere else
    expect((await told).status).toBe('revoked');
    expect(stage.lines.map(({ message }) => message)).toContain(
      'session task failed after its signal had fired',
    );
    await (await next).release();
    expect(rejections).toEqual([]);
  });
});
