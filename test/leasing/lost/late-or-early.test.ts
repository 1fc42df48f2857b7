import { describe, expect, it } from 'vitest';
import { turns, useLeasing } from '../support/leasing.js';
import { startLosable } from './support/losable.js';

describe('[T4] a run whose lease is lost', () => {
  const leasing = useLeasing();
  const start = () => startLosable(leasing);

  it('ignores what is told late of a lease that another has followed', async () => {
    // Given
    const { run, lose } = await start();
    const former = leasing.provider.lease(1);
    await run.park(() => 1);
    expect(run.fencingToken).toBe('2');

    // When
    former.lose();
    lose();

    // Then
    expect(run.phase).toBe('active');
    await run.transcript.append({ a: 1 });
    await run.release();
  });

  it('is told of a loss that happened before the lease was handed over', async () => {
    // Given
    const granted = leasing.open().acquire({ sessionFile: leasing.file() });
    granted.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When: in the very tick
    wish.grant().lose();
    await turns();

    // Then
    expect(leasing.provider.wishes).toHaveLength(2);
    await leasing.provider.grant(2);
    await expect(granted).resolves.toMatchObject({ fencingToken: '2' });
    await (await granted).release();
  });
});
