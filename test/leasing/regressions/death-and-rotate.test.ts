import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { diedBeforeNext, DIED } from './support/next-told.js';

describe('a turn that moves to a file whose holder died', () => {
  const leasing = useLeasing();
  const other = (): string => leasing.file('other.jsonl');

  /** The run `rotated` has moved there. */
  async function start() {
    const sessions = leasing.open();
    const granted = sessions.acquire({ sessionFile: leasing.file(), runId: 'rotated' });
    await leasing.provider.grant(1);
    const run = await granted;
    const moved = run.transcript.rotate(other());
    const lease = await leasing.provider.grant(2, someoneElse());
    await moved;
    return { sessions, run, lease };
  }

  it('[X5] is told of the death', async () => {
    const { run } = await start();

    expect(run.previous).toEqual(DIED);
    await run.release();
  });

  it('[X5] is the only one that is told: not the next run of the file', async () => {
    // Given
    const { sessions, run, lease } = await start();
    await run.transcript.append({ b: 1 });
    await run.release();
    await until(() => lease.state === 'released');

    // When
    const granted = sessions.acquire({ sessionFile: other() });
    await leasing.provider.grant(3, diedBeforeNext(lease));

    // Then
    const next = await granted;
    expect(next.previous).toMatchObject({ runId: 'rotated', end: 'released' });
    await next.release();
  });

  it('[X5] is the only one that is told: not the run that follows under its lease', async () => {
    // Given
    const { sessions, run } = await start();
    const { granted } = await waitBehind(sessions, { sessionFile: other() });

    // When
    await run.release();

    // Then
    const next = await granted;
    expect(next.fencingToken).toBe('2');
    expect(next.previous).toMatchObject({ runId: 'rotated', end: 'released' });
    await next.release();
  });

  it('[X5] lets other processes know at once, so that the death is not passed on', async () => {
    const { run, lease } = await start();

    expect(lease.updates.map(({ runId }) => runId)).toEqual(['rotated']);
    expect(diedBeforeNext(lease)).toBeUndefined();
    await run.release();
  });
});

describe('a turn that moves back to its first file', () => {
  const leasing = useLeasing();

  it('[X5] is not told of a death there that a run before it was told of', async () => {
    // Given: `first` was told, and the next one follows under its lease
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const asked = sessions.acquire({ sessionFile, runId: 'first' });
    await leasing.provider.grant(1, someoneElse());
    const first = await asked;
    expect(first.previous).toEqual(DIED);
    const { granted } = await waitBehind(sessions, { sessionFile });
    await first.release();
    const run = await granted;
    leasing.provider.isGenerous = true;
    await run.transcript.rotate(leasing.file('other.jsonl'));

    // When
    await run.transcript.rotate(sessionFile);

    // Then
    expect(run.fencingToken).toBe('1');
    expect(run.previous).not.toMatchObject({ end: 'died' });
    await run.release();
  });
});
