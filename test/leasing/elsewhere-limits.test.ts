import { beforeEach, describe, expect, it } from 'vitest';
import { OwnerTable } from '../../src/ownership/owner-table.js';
import { useTable } from '../model/fresh-table.js';
import { stateOf, until, waitBehind } from '../runs/support/sessions.js';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('how many may wait for another process', () => {
  const leasing = useLeasing();
  beforeEach(() => useTable(new OwnerTable()));

  it('is asked when a request comes: places that were given are kept', async () => {
    // Given
    const small = leasing.open({ isolated: false, maxWaiting: 1 });
    const large = leasing.open({ isolated: false });
    const sessionFile = leasing.file();
    const kept = await waitBehind(small, { sessionFile });
    const wish = await leasing.provider.wish(1);
    wish.held();
    const behind = [
      await waitBehind(large, { sessionFile, kind: 'cron' }),
      await waitBehind(large, { sessionFile, kind: 'cron' }),
    ];

    // When: it is told again who has the file
    wish.held(someoneElse({ pid: 4_243 }));

    // Then
    expect(await stateOf(kept.granted)).toBe('pending');
    wish.grant();
    await (await kept.granted).release();
    await (await behind[0]?.granted)?.release();
    await (await behind[1]?.granted)?.release();
  });

  it('counts those that came before only, however urgent who comes behind is', async () => {
    // Given
    const small = leasing.open({ isolated: false, maxWaiting: 1 });
    const large = leasing.open({ isolated: false });
    const sessionFile = leasing.file();
    const first = small.acquire({ sessionFile, kind: 'cron' });
    const others = [1, 2].map(() => large.acquire({ sessionFile }));
    await until(() => large.inspect().waiting.length === 3);

    // When
    const wish = await leasing.provider.wish(1);
    wish.held();

    // Then
    expect(await stateOf(first)).toBe('pending');
    wish.grant();
    await (await others[0])?.release();
    await (await others[1])?.release();
    await (await first).release();
  });
});
