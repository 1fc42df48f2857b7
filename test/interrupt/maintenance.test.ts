import { describe, expect, it, vi } from 'vitest';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { brief, startHeeding } from './support/runs.js';

describe('maintenance of a file that somebody owns', () => {
  useFakeTime();
  const desk = useDesk();

  it('[I8] can tell the owner to stop, wait for its end, and has the file then', async () => {
    // Given a run of a person that heeds its signal
    const sessions = desk.open();
    const sessionFile = desk.seed('{"n":1}\n{"n":2}\n');
    await startHeeding(sessions, { sessionFile, runId: 'person' });

    // When a compaction stops it and takes the file
    const told = await sessions.interrupt({ sessionFile }, { why: 'superseded' });
    await sessions.run({ sessionFile, kind: 'maintenance' }, async (run) => {
      await run.transcript.rewrite(() => '{"n":3}\n');
    });

    // Then no writer was active any more
    expect(brief(told)).toBe('ended person');
    expect(desk.records()).toEqual([{ n: 3 }]);
  });

  it('[I8] can clear an owner that ignores its signal', async () => {
    // Given a run that hangs, and whoever waits behind it
    const sessions = desk.open({ settleMs: 1_000 });
    const sessionFile = desk.seed('{"n":1}\n');
    const deaf = await startHeedless(sessions, { sessionFile, runId: 'deaf' });
    const compacted = sessions.run({ sessionFile, kind: 'maintenance' }, async (run) => {
      await run.transcript.rewrite(() => '{"n":2}\n');
    });

    // When it is interrupted for maintenance
    const told = sessions.interrupt({ sessionFile }, { settleMs: 100 });
    await vi.advanceTimersByTimeAsync(100);

    // Then its turn is taken, and the compaction is done
    expect(brief(await told)).toBe('revoked deaf');
    await compacted;
    expect(desk.records()).toEqual([{ n: 2 }]);
    deaf.end.open(0);
    await settled();
  });

  it('[I8] can wait for the owner without disturbing it', async () => {
    // Given an owner
    const sessions = desk.open();
    const sessionFile = desk.seed('');
    const owner = await sessions.acquire({ sessionFile, runId: 'owner' });
    // When maintenance waits for its end
    const waiting = sessions.runs.whenEnded('owner');
    await settled();
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
    // Then it is told
    expect(await waiting).toBe(true);
    await sessions.run({ sessionFile, kind: 'maintenance' }, () => 1);
    expect(owner.end).toBe('released');
  });

  it('[I8] can force its way as one call, before a person that waits', async () => {
    // Given a run of a person that hangs, and another person that waits
    const sessions = desk.open({ settleMs: 100 });
    const sessionFile = desk.seed('');
    const served: string[] = [];
    const deaf = await startHeedless(sessions, { sessionFile, runId: 'deaf' });
    const person = sessions.run({ sessionFile }, () => void served.push('person'));
    await vi.waitUntil(() => deaf.run.waiting === 1);

    // When maintenance interrupts with force
    const kind = 'maintenance';
    const admission = await sessions.admit({ sessionFile, kind, mode: 'interrupt', force: true });
    expect(admission.outcome).toBe('interrupting');
    const { ticket } = admission as Extract<typeof admission, { outcome: 'interrupting' }>;
    const done = sessions.run(ticket, () => void served.push(kind));
    await vi.advanceTimersByTimeAsync(100);

    // Then it is served first
    await Promise.all([done, person]);
    expect(served).toEqual(['maintenance', 'person']);
    deaf.end.open(0);
    await settled();
  });

  it('[I8] is itself stopped by the same call', async () => {
    // Given a compaction under way
    const sessions = desk.open();
    const sessionFile = desk.seed('{"n":1}\n');
    const seen: unknown[] = [];
    const compaction = sessions.run({ sessionFile, runId: 'm', kind: 'maintenance' }, (run) =>
      run.maintain(
        (signal) =>
          new Promise<void>((resolve) => {
            seen.push('started');
            signal.addEventListener('abort', () => {
              seen.push((signal.reason as { why: string }).why);
              resolve();
            });
          }),
        { deadlineMs: 60_000 },
      ),
    );
    compaction.catch(() => {});
    await vi.waitUntil(() => seen.length === 1);
    // When a person stops it
    const told = await sessions.interrupt({ sessionFile });
    // Then it was told why, and has ended
    expect(seen).toEqual(['started', 'user']);
    expect(told).toMatchObject({ status: 'ended', run: { runId: 'm', kind: 'maintenance' } });
    await expect(compaction).rejects.toMatchObject({ why: 'user' });
  });
});
