import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { DIED } from './support/next-told.js';

describe('the previous run, where guests of this thread had the file since', () => {
  const leasing = useLeasing();

  /** The run `before` has ended, and its lease went back. */
  async function start(): Promise<Coordinator> {
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file(), runId: 'before' }, () => 1);
    await allReturned();
    return sessions;
  }
  const allReturned = (): Promise<void> => until(() => leasing.provider.held.length === 0);
  const letGuestWrite = async (sessions: Coordinator): Promise<void> => {
    await sessions.write(leasing.file(), (transcript) => transcript.append({ g: 1 }));
    await allReturned();
  };
  const next = (sessions: Coordinator): Promise<Run> =>
    sessions.acquire({ sessionFile: leasing.file() });

  it('[S8] is known behind a guest with a lease of its own', async () => {
    // Given
    const sessions = await start();
    await letGuestWrite(sessions);

    // When
    const run = await next(sessions);

    // Then
    expect(run).toMatchObject({ fencingToken: '3', previous: { runId: 'before' } });
    await run.release();
  });

  it('[S8] is known behind many of them', async () => {
    // Given
    const sessions = await start();
    await letGuestWrite(sessions);
    await letGuestWrite(sessions);

    // When
    const run = await next(sessions);

    // Then
    expect(run).toMatchObject({ fencingToken: '4', previous: { runId: 'before' } });
    await run.release();
  });

  it('[S8] is known where others wanted the file, and nobody took it when it went back', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = 0;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = await sessions.acquire({ sessionFile, runId: 'before' });
    const { granted } = await waitBehind(sessions, { sessionFile });
    leasing.provider.lease(1).isWantedElsewhere = true;

    // When
    await first.release();

    // Then
    const run = await granted;
    expect(run).toMatchObject({ fencingToken: '2', previous: { runId: 'before' } });
    await run.release();
  });

  it('[S8] is unknown where others had the file before the guest', async () => {
    // Given
    const sessions = await start();
    leasing.provider.nextToken();
    await letGuestWrite(sessions);

    // When
    const run = await next(sessions);

    // Then
    expect(run.previous).toBeUndefined();
    await run.release();
  });

  it('[S8] is unknown where others had the file behind the guest', async () => {
    // Given
    const sessions = await start();
    await letGuestWrite(sessions);
    leasing.provider.nextToken();

    // When
    const run = await next(sessions);

    // Then
    expect(run.previous).toBeUndefined();
    await run.release();
  });

  it('[X5] is the dead one where the provider tells of a death behind the guest', async () => {
    // Given
    const sessions = await start();
    await letGuestWrite(sessions);
    leasing.provider.isGenerous = false;
    const granted = next(sessions);
    leasing.provider.nextToken();

    // When
    await leasing.provider.grant(3, someoneElse());

    // Then
    const run = await granted;
    expect(run.previous).toEqual(DIED);
    await run.release();
  });
});
