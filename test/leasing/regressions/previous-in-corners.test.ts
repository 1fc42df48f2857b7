import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ask, askToWait } from '../../admission/support/scene.js';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { guestInside } from '../support/guest-inside.js';
import { useLeasing } from '../support/leasing.js';

const TORN = { runId: 'torn', end: 'revoked' };

describe('the previous run', () => {
  const leasing = useLeasing();
  const file = (): string => leasing.file();

  /** A run that was taken its turn while it was parked. */
  async function revokeParked(sessions: ReturnType<typeof leasing.open>): Promise<void> {
    const back = createGate();
    const run = await sessions.acquire({ sessionFile: file(), runId: 'torn' });
    const parked = run.park(() => back.opened);
    parked.catch(() => undefined);
    await until(() => leasing.provider.held.length === 0);
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    back.open();
    await parked.catch(() => undefined);
  }

  /** A run behind a turn that nobody has claimed, which follows one that was cut off. */
  async function behindUnclaimed() {
    const sessions = leasing.open({ leases: undefined });
    await sessions.acquire({ sessionFile: file(), runId: 'torn' });
    const ticket = await askToWait(sessions, { sessionFile: file() });
    const behind = await waitBehind(sessions, { sessionFile: file() });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    return { sessions, ticket, behind };
  }

  it('[S8] is the one that was cut off, behind a turn that nobody claimed', async () => {
    // Given
    const { ticket, behind } = await behindUnclaimed();

    // When
    ticket.cancel();

    // Then
    const next = await behind.granted;
    expect(next.previous).toMatchObject(TORN);
    await next.release();
  });

  it('[S8] is the one that was cut off, also where somebody asks when others have ended since', async () => {
    // Given: a run behind a turn that nobody claimed, which parks; another one comes and goes
    const { sessions, ticket, behind } = await behindUnclaimed();
    ticket.cancel();
    const run = await behind.granted;
    const back = createGate();
    const parked = run.park(() => back.opened);
    await sessions.run({ sessionFile: file() }, () => 1);

    // When
    const { previous } = run;

    // Then
    expect(previous).toMatchObject(TORN);
    back.open();
    await parked;
    await run.release();
  });

  it('[S8] is the one that was cut off while it was parked, its lease given back', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await revokeParked(sessions);

    // When
    const next = await sessions.acquire({ sessionFile: file() });

    // Then
    expect(next.previous).toMatchObject(TORN);
    await next.release();
  });

  it('[S8] is unknown behind a run that parks, where others had the file before that', async () => {
    // Given: `torn` was cut off, and another process had a turn since
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.acquire({ sessionFile: file(), runId: 'torn' });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.nextToken();
    const parks = await sessions.acquire({ sessionFile: file() });
    const behind = await waitBehind(sessions, { sessionFile: file() });
    const back = createGate();

    // When
    const parked = parks.park(() => back.opened);

    // Then
    const next = await behind.granted;
    expect(next.previous).toBeUndefined();
    await next.release();
    back.open();
    await parked;
    await parks.release();
  });

  it('[X5] is not the run that ended well, where its process dies behind it in a guest’s section', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: file(), runId: 'well' });
    await run.transcript.append({ a: 1 });
    const guest = await guestInside(sessions, file());
    run.transcript.writeSync((path) => {
      appendFileSync(path, '{"a":2}\n');
    });

    // When
    await run.release();

    // Then: others know the guest, and how long the file was when that was alone with it
    const { updates } = leasing.provider.lease(1);
    expect(updates.at(-1)).toMatchObject({ startBytes: 16 });
    expect(updates.at(-1)?.runId).not.toBe('well');
    guest.goOn();
    await guest.wrote;
  });

  it('[S8] is unknown where a turn comes back to a file that others had meanwhile', async () => {
    // Given: a turn behind one that was cut off, which goes on in another file
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.acquire({ sessionFile: file(), runId: 'torn' });
    const behind = await waitBehind(sessions, { sessionFile: file() });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    const run = await behind.granted;
    expect(run.previous).toMatchObject(TORN);
    await run.transcript.rotate(leasing.file('b.jsonl'));

    // When
    leasing.provider.lease(1).lose();
    await run.transcript.rotate(file());

    // Then
    expect(run.previous).toBeUndefined();
    await run.release();
  });

  it('[X5] is the one that has claimed its ticket and died', async () => {
    // Given
    const sessions = leasing.open();
    const asked = ask(sessions, { sessionFile: file(), runId: 'claims' }, 'run');
    const lease = await leasing.provider.grant(1);
    const { ticket } = await asked;

    // When
    const run = await ticket.acquire();

    // Then
    expect(lease.updates.at(-1) ?? lease.wish.request.holder).toMatchObject({ runId: 'claims' });
    await run.release();
  });
});
