import { describe, expect, it } from 'vitest';
import { ask } from '../../admission/support/scene.js';
import { until } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { diedBeforeNext, DIED } from './support/next-told.js';

describe('a death that comes with a turn for a ticket', () => {
  const leasing = useLeasing();

  /** A ticket that has its turn, and was not claimed. */
  async function start() {
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const asked = ask(sessions, { sessionFile, runId: 'late' }, 'run');
    const lease = await leasing.provider.grant(1, someoneElse());
    const { ticket } = await asked;
    return { sessions, sessionFile, lease, ticket };
  }

  it('[X5] is told to the run that claims it late', async () => {
    // Given
    const { ticket } = await start();

    // When
    const run = await ticket.acquire();

    // Then
    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('[X5] is known to others from the claim on: if that run dies, too, it is the one that died', async () => {
    // Given
    const { lease, ticket } = await start();
    expect(lease.updates).toEqual([]);

    // When
    const run = await ticket.acquire();

    // Then
    expect(lease.updates).toMatchObject([{ runId: 'late' }]);
    await run.release();
  });

  it('[X5] is told to nobody else where that run goes on in another file', async () => {
    // Given
    const { lease, ticket } = await start();
    leasing.provider.isGenerous = true;
    const run = await ticket.acquire();
    await run.transcript.rotate(leasing.file('next.jsonl'));

    // When
    await run.release();

    // Then
    await until(() => lease.state === 'released');
    expect(diedBeforeNext(lease)).toBeUndefined();
  });

  it('[X5] is told to nobody else once that run has ended', async () => {
    // Given
    const { sessions, sessionFile, lease, ticket } = await start();
    const run = await ticket.acquire();
    await run.release();
    await until(() => lease.state === 'released');

    // When
    const granted = sessions.acquire({ sessionFile });
    await leasing.provider.grant(2, diedBeforeNext(lease));

    // Then
    const next = await granted;
    expect(next.previous).toMatchObject({ runId: 'late', end: 'released' });
    await next.release();
  });

  it('[X5] is passed on to no other process once that run has ended', async () => {
    // Given
    const { lease, ticket } = await start();
    const run = await ticket.acquire();

    // When
    await run.release();

    // Then
    await until(() => lease.state === 'released');
    expect(diedBeforeNext(lease)).toBeUndefined();
  });

  it('[X5] is told to nobody else either where another had asked for the lease', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const behind = sessions.acquire({ sessionFile, kind: 'cron' });
    const wish = await leasing.provider.wish(1);
    const asked = ask(sessions, { sessionFile, runId: 'late' }, 'run');
    await until(() => sessions.inspect().waiting.length === 2);
    const lease = wish.grant(someoneElse());
    const { ticket } = await asked;
    const run = await ticket.acquire();

    // When
    await run.release();

    // Then
    const next = await behind;
    expect(next.previous).toMatchObject({ runId: 'late', end: 'released' });
    await next.release();
    expect(diedBeforeNext(lease)).toBeUndefined();
  });

  it('[X5] is told to the next run where the ticket is cancelled, and the lease goes back', async () => {
    // Given
    const { sessions, sessionFile, lease, ticket } = await start();
    ticket.cancel();
    await until(() => lease.state === 'released');

    // When
    const granted = sessions.acquire({ sessionFile });
    await leasing.provider.grant(2, diedBeforeNext(lease));

    // Then
    const next = await granted;
    expect(next.previous).toEqual(DIED);
    await next.release();
  });

  it('[X5] is told to the next run also behind a guest that came after the cancelled ticket', async () => {
    // Given
    const { sessions, sessionFile, lease, ticket } = await start();
    const wrote = sessions.write(sessionFile, (transcript) => transcript.append({ g: 1 }));
    wrote.catch(() => undefined);
    ticket.cancel();
    leasing.provider.isGenerous = true;
    await wrote;
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.isGenerous = false;
    const guests = leasing.provider.leases.length;

    // When
    const granted = sessions.acquire({ sessionFile });
    await leasing.provider.grant(guests + 1, diedBeforeNext(lease));

    // Then
    const next = await granted;
    expect(next.previous).toEqual(DIED);
    await next.release();
  });
});

describe('a death that comes with the turn of a guest', () => {
  const leasing = useLeasing();

  it('[X5] is told to the run behind it, whose lease is another', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const wrote = sessions.write(sessionFile, (transcript) => transcript.append({ g: 1 }));
    const lease = await leasing.provider.grant(1, someoneElse());
    await wrote;
    await until(() => lease.state === 'released');

    // When
    const granted = sessions.acquire({ sessionFile });
    await leasing.provider.grant(2, diedBeforeNext(lease));

    // Then
    const run = await granted;
    expect(run.previous).toEqual(DIED);
    await run.release();
  });
});
