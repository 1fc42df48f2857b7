import { describe, expect, it } from 'vitest';
import { waitBehind } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { DIED } from './support/next-told.js';

describe('a turn that was told of a death on the file that it moved to', () => {
  const leasing = useLeasing();
  const first = (): string => leasing.file();
  const second = (): string => leasing.file('second.jsonl');

  async function start() {
    const granted = leasing.open().acquire({ sessionFile: first() });
    await leasing.provider.grant(1);
    const run = await granted;
    const moved = run.transcript.rotate(second());
    await leasing.provider.grant(2, someoneElse());
    await moved;
    expect(run.previous).toEqual(DIED);
    leasing.provider.isGenerous = true;
    return run;
  }

  it('[S8] is not told of it on the file that it came from', async () => {
    // Given
    const run = await start();

    // When
    await run.transcript.rotate(first());

    // Then
    const { previous } = run;
    await run.release();
    expect(previous).toBeUndefined();
  });

  it('[S8] is not told of it again where others had that file meanwhile, and ended well', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(first());
    leasing.provider.lease(2).lose();
    leasing.provider.nextToken();

    // When
    await run.transcript.rotate(second());

    // Then
    const { previous } = run;
    await run.release();
    expect(previous).toBeUndefined();
  });
});

describe('a turn that was told of one that was cut off', () => {
  const leasing = useLeasing();

  it('[S8] is not told of it on another file, which others had before', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    await sessions.acquire({ sessionFile, runId: 'torn' });
    const { granted } = await waitBehind(sessions, { sessionFile });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    const run = await granted;
    expect(run.previous).toMatchObject({ runId: 'torn', startBytes: 0 });

    // When
    await run.transcript.rotate(leasing.file('second.jsonl'));

    // Then
    const { previous } = run;
    await run.release();
    expect(previous).toBeUndefined();
  });
});
