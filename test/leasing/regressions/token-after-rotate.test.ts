import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { useLeasing } from '../support/leasing.js';

describe('the loss of a lease after a turn has moved', () => {
  const leasing = useLeasing();

  async function start(): Promise<Run> {
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    await run.transcript.rotate(leasing.file('next.jsonl'));
    return run;
  }

  it('[V1] names the token of the new file', async () => {
    // Given
    const run = await start();
    expect(run.fencingToken).toBe('2');
    leasing.provider.lease(2).vanish();

    // When
    const refused = run.transcript.append({ b: 1 });

    // Then
    const cause = { sessionFile: leasing.file('next.jsonl'), fencingToken: '2' };
    await expect(refused).rejects.toMatchObject({ cause: { why: 'lease-lost', cause } });
  });

  it('[V1] names the first token again where the turn has moved back', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(leasing.file());
    leasing.provider.lease(1).vanish();

    // When
    const refused = run.transcript.append({ a: 1 });

    // Then
    const cause = { sessionFile: leasing.file(), fencingToken: '1' };
    await expect(refused).rejects.toMatchObject({ cause: { why: 'lease-lost', cause } });
  });
});
