import { describe, expect, it } from 'vitest';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('interrupting a session whose file another process has', () => {
  const leasing = useLeasing();

  it('[L9] finds no run, and names who has the file', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());

    // When
    const outcome = await sessions.interrupt({ sessionFile });

    // Then
    expect(outcome).toEqual({
      ...{ status: 'not-running', settled: false, waitedMs: 0 },
      holder: someoneElse(),
    });
  });

  it('finds nobody where nobody has it', async () => {
    const sessions = leasing.open();

    const outcome = await sessions.interrupt({ sessionFile: leasing.file() });

    expect(outcome).toEqual({ status: 'not-running', settled: false, waitedMs: 0 });
  });

  it('finds nobody where nobody can tell', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.inspect = async () => {
      throw new Error('no answer');
    };

    // When
    const outcome = await sessions.interrupt({ sessionFile: leasing.file() });

    // Then
    expect(outcome).toEqual({ status: 'not-running', settled: false, waitedMs: 0 });
  });

  it('asks nobody for a run id, which means exactly one run', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());

    // When
    const outcome = await sessions.interrupt({ runId: 'gone' });

    // Then
    expect(outcome).not.toHaveProperty('holder');
  });
});
