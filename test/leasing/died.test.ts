import { describe, expect, it } from 'vitest';
import { thisThread } from '../../src/support/this-process.js';
import { ask } from '../admission/support/scene.js';
import { until, waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

const DIED = { runId: 'their-run', end: 'died', startBytes: 7, host: 'another-host' };

describe('[X5] a file whose last holder died in its turn', () => {
  const leasing = useLeasing();

  it('tells the first run so', async () => {
    // Given
    const granted = leasing.open().acquire({ sessionFile: leasing.file() });

    // When
    await leasing.provider.grant(1, someoneElse());

    // Then
    const run = await granted;
    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('tells 0 where it did not say how long the file was', async () => {
    // Given
    const granted = leasing.open().acquire({ sessionFile: leasing.file() });
    const { startBytes: _, ...died } = someoneElse();

    // When
    await leasing.provider.grant(1, died);

    // Then
    const run = await granted;
    expect(run.previous).toMatchObject({ end: 'died', startBytes: 0 });
    await run.release();
  });

  it('tells no other: the second follows the first', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const granted = sessions.acquire({ sessionFile, runId: 'first' });
    await leasing.provider.grant(1, someoneElse());
    const first = await granted;
    const second = await waitBehind(sessions, { sessionFile });

    // When
    await first.release();

    // Then
    const run = await second.granted;
    expect(run.previous).toMatchObject({ runId: 'first', end: 'released' });
    await run.release();
  });

  it('tells the first run also where a guest wrote before it', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const entered = createGate();
    const going = createGate();
    const wrote = sessions.write(sessionFile, () => {
      entered.open();
      return going.opened;
    });
    await leasing.provider.grant(1, someoneElse());
    await entered.opened;
    const behind = await waitBehind(sessions, { sessionFile });

    // When
    going.open();
    await wrote;

    // Then
    const run = await behind.granted;
    expect(run.fencingToken).toBe('1');
    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('tells the first run also where nobody claimed the turn before it', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const admitted = sessions.admit({ sessionFile });
    const granted = sessions.acquire({ sessionFile });
    await until(() => sessions.inspect().waiting.length === 2);
    await leasing.provider.grant(1, someoneElse());
    const admission = await admitted;

    // When
    expect('ticket' in admission && admission.ticket.cancel()).toBe(true);

    // Then
    const run = await granted;
    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('tells a run that comes back from park', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    expect(run.previous).toBeUndefined();
    leasing.provider.isGenerous = false;
    const parked = run.park(() => 1);

    // When
    await leasing.provider.grant(2, someoneElse());

    // Then
    await parked;
    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('says nothing of it where nobody died', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const { ticket } = await ask(leasing.open(), { sessionFile: leasing.file() }, 'run');

    // When
    const run = await ticket.acquire();

    // Then
    expect(run.previous).toBeUndefined();
    await run.release();
  });

  it('[S8] tells what this thread knows of its own run, which is more', async () => {
    // Given a turn that had to be taken, and a provider that tells of it
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const hung = await sessions.acquire({ sessionFile, runId: 'hung' });
    await sessions.interrupt({ runId: 'hung' }, { settleMs: 0 });
    expect(hung.end).toBe('revoked');
    leasing.provider.isGenerous = false;

    // When
    const granted = sessions.acquire({ sessionFile });
    const { instanceId } = thisThread();
    await leasing.provider.grant(2, someoneElse({ instanceId, runId: 'hung' }));

    // Then
    const run = await granted;
    expect(run.previous).toMatchObject({ runId: 'hung', end: 'revoked' });
    await run.release();
  });
});
