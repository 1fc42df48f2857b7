import { describe, expect, it } from 'vitest';
import { createGate } from '../support/gate.js';
import { stateOf, until, waitBehind } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('parking under a lease', () => {
  const leasing = useLeasing();

  it('gives the lease up, and takes a new one for the next turn', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    expect(run).toMatchObject({ generation: 1, fencingToken: '1' });

    // When
    await run.park(() => until(() => leasing.provider.held.length === 0));

    // Then
    expect(run).toMatchObject({ generation: 2, fencingToken: '2' });
    await run.transcript.append({ a: 1 });
    await run.release();
  });

  it('leaves the lease to a run that waits, and comes back under it', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const run = await sessions.acquire({ sessionFile });
    const next = await waitBehind(sessions, { sessionFile });

    // When
    const parked = run.park(async () => {
      const other = await next.granted;
      expect(other.fencingToken).toBe('1');
      setImmediate(() => void other.release());
    });

    // Then
    await parked;
    expect(run).toMatchObject({ generation: 2, fencingToken: '1' });
    expect(leasing.provider.leases).toHaveLength(1);
    await run.release();
  });

  it('comes back before a person who waits for the lease, too', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const back = createGate();
    const granted = sessions.acquire({ sessionFile, kind: 'cron' });
    await leasing.provider.grant(1);
    const run = await granted;
    const parked = run.park(() => back.opened);
    const person = await waitBehind(sessions, { sessionFile });
    back.open();
    await turns();

    // When
    await leasing.provider.grant(2);

    // Then
    await parked;
    expect(run).toMatchObject({ phase: 'active', fencingToken: '2' });
    expect(await stateOf(person.granted)).toBe('pending');
    await run.release();
    await (await person.granted).release();
    expect(leasing.provider.wishes).toHaveLength(2);
  });

  it('refuses to come back now or never where another process has the file', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const parked = run.park(() => 1, { waitMs: 0 });

    // Then
    await expect(parked).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_TIMEOUT',
      holder: { pid: 4_242 },
    });
    expect(run.phase).toBe('parked');
    await run.release();
  });

  it('comes back now or never where nobody has it', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });

    // When
    await run.park(() => 1, { waitMs: 0 });

    // Then
    expect(run.fencingToken).toBe('2');
    await run.release();
  });

  it('gives the wish up where the run ends before its turn comes', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    leasing.provider.isGenerous = false;
    const parked = run.park(() => 1);
    parked.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    expect(wish.state).toBe('asked');

    // When
    await run.release();

    // Then
    expect(wish.state).toBe('aborted');
    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
  });

  it('gives the wish up where the run is told to stop before its turn comes', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    leasing.provider.isGenerous = false;
    const parked = run.park(() => 1);
    parked.catch(() => undefined);
    const wish = await leasing.provider.wish(2);

    // When
    const interrupted = sessions.interrupt({ runId: run.runId });

    // Then
    await expect(parked).rejects.toMatchObject({ why: 'user' });
    expect(wish.state).toBe('aborted');
    await run.release();
    await interrupted;
  });

  it('refuses writes while it is parked, whoever has the lease', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });

    // When
    const wrote = run.park(() => run.transcript.append({ a: 1 }));

    // Then
    await expect(wrote).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_OWNER' });
    await run.release();
  });
});
