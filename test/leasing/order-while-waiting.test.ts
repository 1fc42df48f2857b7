import { link, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Coordinator, RunRequest } from '../../src/index.js';
import { ask, askToWait } from '../admission/support/scene.js';
import { createGate } from '../support/gate.js';
import { until, waitBehind } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';

/** Notes who got the turn, in order. */
async function noteTurn(
  sessions: Coordinator,
  order: string[],
  request: RunRequest & { runId: string },
): Promise<{ readonly ended: Promise<void> }> {
  const before = sessions.inspect().waiting.length;
  const ended = sessions.run(request, () => {
    order.push(request.runId);
  });
  await until(() => sessions.inspect().waiting.length > before);
  return { ended };
}

describe('who gets the turn when the lease comes', () => {
  const leasing = useLeasing();

  it('is the most urgent of those who wait then, whoever had asked first', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const order: string[] = [];
    const kinds = ['heartbeat', 'cron', 'person', 'command', 'person'] as const;
    const waiting = [
      await noteTurn(sessions, order, { sessionFile, runId: 'heartbeat', kind: kinds[0] }),
      await noteTurn(sessions, order, { sessionFile, runId: 'cron', kind: kinds[1] }),
      await noteTurn(sessions, order, { sessionFile, runId: 'person 1', kind: kinds[2] }),
      await noteTurn(sessions, order, { sessionFile, runId: 'command', kind: kinds[3] }),
      await noteTurn(sessions, order, { sessionFile, runId: 'person 2', kind: kinds[4] }),
    ];

    // When
    await leasing.provider.grant(1);
    await Promise.all(waiting.map(({ ended }) => ended));

    // Then
    expect(order).toEqual(['person 1', 'person 2', 'command', 'cron', 'heartbeat']);
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('is the parked run that comes back, before a person', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const order: string[] = [];
    const back = createGate();
    const parked = sessions.run({ sessionFile, kind: 'cron' }, async (run) => {
      await run.park(() => back.opened);
      order.push('resumed');
    });
    await leasing.provider.grant(1);
    await until(() => leasing.provider.leases[0]?.state === 'released');
    const person = await noteTurn(sessions, order, { sessionFile, runId: 'person' });
    back.open();
    await turns();

    // When
    await leasing.provider.grant(2);

    // Then
    await Promise.all([parked, person.ended]);
    expect(order).toEqual(['resumed', 'person']);
  });

  it('is a ticket that waits there like any run, and its turn ends unclaimed like any', async () => {
    // Given
    const sessions = leasing.open({ settleMs: 0 });
    const sessionFile = leasing.file();
    const admission = sessions.admit({ sessionFile });
    const wish = await leasing.provider.wish(1);

    // When
    const lease = wish.grant();

    // Then
    await expect(admission).resolves.toMatchObject({ outcome: 'run' });
    await until(() => lease.state === 'released');
    expect(sessions.inspect().counters.ends.unclaimed).toBe(1);
  });

  it('is the one that interrupts, before those who asked for the lease with it', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.isGenerous = true;
    const first = await sessions.acquire({ sessionFile, runId: 'first' });
    const person = await waitBehind(sessions, { sessionFile, runId: 'person' });
    const { ticket } = await ask(
      sessions,
      { sessionFile, runId: 'stops', kind: 'person', mode: 'interrupt' },
      'interrupting',
    );
    leasing.provider.leases[0]?.vanish();

    // When: the lease is asked for again, for those who are left
    await first.release();

    // Then
    const stops = await ticket.acquire();
    expect(stops.fencingToken).toBe('2');
    await stops.release();
    await (await person.granted).release();
  });

  it('asks for the file in use where the next in line came by another name of it', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    await writeFile(sessionFile, '');
    await link(sessionFile, leasing.file('another-name.jsonl'));
    leasing.provider.isGenerous = true;
    const first = await sessions.acquire({ sessionFile });
    const second = await waitBehind(sessions, { sessionFile: leasing.file('another-name.jsonl') });
    leasing.provider.leases[0]?.vanish();

    // When
    await first.release();

    // Then
    const run = await second.granted;
    expect(leasing.provider.wishes.map(({ file }) => file.realPath)).toEqual([
      sessionFile,
      sessionFile,
    ]);
    await run.release();
  });

  it('takes the place of a run that leaves, without asking anew', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const leaves = new AbortController();
    const left = await waitBehind(sessions, { sessionFile, signal: leaves.signal });
    const stays = await waitBehind(sessions, { sessionFile });
    leaves.abort();
    await expect(left.granted).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });

    // When
    await leasing.provider.grant(1);

    // Then
    await (await stays.granted).release();
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('keeps the places of tickets that were told that they wait', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const waiting = askToWait(sessions, { sessionFile, runId: 'a' });
    const wish = await leasing.provider.wish(1);
    wish.held();
    const ticket = await waiting;
    const later = await waitBehind(sessions, { sessionFile, runId: 'b' });

    // When
    wish.grant();

    // Then
    const run = await ticket.acquire();
    expect(sessions.inspect().held.map(({ runId }) => runId)).toEqual(['a']);
    await run.release();
    await (await later.granted).release();
  });
});
