import { describe, expect, it } from 'vitest';
import { DeadlockError } from '../../src/index.js';
import { assertError, stateOf, until, waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('[O9] waits that could never end, among files with leases', () => {
  const leasing = useLeasing();

  it('are refused for two files that two runs want crosswise', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const [a, b] = [leasing.file('a'), leasing.file('b')];
    const one = await sessions.acquire({ sessionFile: a });
    const other = await sessions.acquire({ sessionFile: b });
    const waits = one.within(() => sessions.acquire({ sessionFile: b }));
    await until(() => sessions.inspect().waiting.length === 1);

    // When
    const refused = other.within(() => sessions.acquire({ sessionFile: a }));

    // Then
    await assertError(refused, DeadlockError);
    await other.release();
    await (await waits).release();
    await one.release();
  });

  it('are refused where the first of them waited for the lease before', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const [a, b] = [leasing.file('a'), leasing.file('b')];
    const one = await sessions.acquire({ sessionFile: a });
    leasing.provider.isGenerous = false;
    const first = sessions.acquire({ sessionFile: b });
    const wish = await leasing.provider.wish(2);
    const waits = one.within(() => sessions.acquire({ sessionFile: b }));
    await until(() => sessions.inspect().waiting.length === 2);
    wish.grant();
    const other = await first;

    // When
    const refused = other.within(() => sessions.acquire({ sessionFile: a }));

    // Then
    await assertError(refused, DeadlockError);
    await other.release();
    await (await waits).release();
    await one.release();
  });

  it('are refused where the grant closes the circle', async () => {
    // Given: a run that is parked on b waits for a, whose owner waits for b
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const [a, b] = [leasing.file('a'), leasing.file('b')];
    const ownsA = await sessions.acquire({ sessionFile: a });
    const back = createGate();
    const parks = await sessions.acquire({ sessionFile: b });
    let inner: Promise<unknown> | undefined;
    const parked = parks.park(async () => {
      inner = sessions.acquire({ sessionFile: a });
      inner.catch(() => undefined);
      await back.opened;
    });
    await until(() => sessions.inspect().waiting.length === 1);
    leasing.provider.isGenerous = false;
    const waits = ownsA.within(() => sessions.acquire({ sessionFile: b }));
    waits.catch(() => undefined);
    const wish = await leasing.provider.wish(3);
    back.open();
    await turns();

    // When
    wish.grant();
    await parked;

    // Then
    expect(await stateOf(waits)).toBe('failed');
    await assertError(waits, DeadlockError);
    await ownsA.release();
    await inner?.then((run) => (run as AsyncDisposable)[Symbol.asyncDispose]());
    await parks.release();
  });

  it('are refused to a run that comes back from park, where the grant closes the circle', async () => {
    // Given: two runs of b are parked; the code of one waits for a, and whoever owns a brings the
    // other back
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const [a, b] = [leasing.file('a'), leasing.file('b')];
    const [back, otherBack] = [createGate(), createGate()];
    const ownsA = await sessions.acquire({ sessionFile: a });
    const wantsA = await sessions.acquire({ sessionFile: b });
    let inner: Promise<unknown> | undefined;
    const first = wantsA.park(async () => {
      inner = sessions.acquire({ sessionFile: a });
      inner.catch(() => undefined);
      await back.opened;
    });
    const parks = await sessions.acquire({ sessionFile: b });
    const second = ownsA.within(() => parks.park(() => otherBack.opened));
    await until(() => sessions.inspect().waiting.length === 1);
    leasing.provider.isGenerous = false;
    back.open();
    const wish = await leasing.provider.wish(4);
    otherBack.open();
    await turns();

    // When
    wish.grant();
    await first;

    // Then
    expect(await stateOf(second)).toBe('failed');
    await assertError(second, DeadlockError);
    await ownsA.release();
    await parks.release();
    await inner?.then((run) => (run as AsyncDisposable)[Symbol.asyncDispose]());
    await wantsA.release();
  });

  it('are none where another process has the file', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const [a, b] = [leasing.file('a'), leasing.file('b')];
    const one = await sessions.acquire({ sessionFile: a });
    leasing.provider.elsewhere.set(b, someoneElse());
    const waits = one.within(() => sessions.acquire({ sessionFile: b }));

    // When
    const wish = await leasing.provider.wish(2);
    expect(await stateOf(waits)).toBe('pending');
    wish.grant();

    // Then
    await (await waits).release();
    await one.release();
  });

  it('[O4] are refused for the own file, also where its lease was asked for twice', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const waiting = await waitBehind(sessions, { sessionFile: leasing.file() });

    // When
    const refused = run.within(() => sessions.acquire({ sessionFile: leasing.file() }));

    // Then
    await assertError(refused, DeadlockError);
    await run.release();
    await (await waiting.granted).release();
  });
});
