import { describe, expect, it } from 'vitest';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

const ELSEWHERE = { status: 'skipped', reason: 'held_elsewhere', holder: someoneElse() };

describe('recovering a session whose file another process has', () => {
  const leasing = useLeasing();

  it('[R9] [L9] names that process, where nobody here waits for the file', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());

    // When
    const outcome = await sessions.recover({ sessionFile });

    // Then
    expect(outcome).toMatchObject(ELSEWHERE);
  });

  it('[R9] [L9] names it by the label of those who wait, however many', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());
    const controller = new AbortController();
    const waiting = [1, 2].map(async () => {
      const { signal } = controller;
      await sessions.acquire({ sessionFile, sessionKey: 'chat', signal });
    });
    await leasing.provider.wish(1);

    // When
    const outcome = await sessions.recover({ sessionKey: 'chat' });

    // Then
    expect(outcome).toMatchObject(ELSEWHERE);
    controller.abort();
    await Promise.allSettled(waiting);
  });

  it('finds nothing where nobody has it', async () => {
    const sessions = leasing.open();

    const outcome = await sessions.recover({ sessionFile: leasing.file() });

    expect(outcome).toMatchObject({ status: 'noop', reason: 'no_active_work' });
  });

  it('judges the run that is here, whatever the provider says', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const run = await sessions.acquire({ sessionFile });
    leasing.provider.elsewhere.set(sessionFile, someoneElse());

    // When
    const outcome = await sessions.recover({ sessionFile });

    // Then
    expect(outcome).toMatchObject({ reason: 'active_run', activeRunId: run.runId });
    await run.release();
  });

  it('asks nobody about a run id, which is of this thread or of none', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());

    // When
    const outcome = await sessions.recover({ sessionFile, runId: 'gone' });

    // Then
    expect(outcome).toMatchObject({ status: 'noop', reason: 'no_active_work' });
  });
});
