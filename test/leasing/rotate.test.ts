import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { RotateRefusedError, type Run } from '../../src/index.js';
import { assertError, until, waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import type { FakeLease } from './support/fake-leases.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('rotating under a lease', () => {
  const leasing = useLeasing();

  const start = async (): Promise<Run> => {
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    await run.transcript.append({ a: 1 });
    return run;
  };
  const states = (): readonly FakeLease['state'][] =>
    leasing.provider.leases.map(({ state }) => state);
  const next = (): string => leasing.file('next.jsonl');

  it('takes the lease of the new file now or never, and keeps that of the former one', async () => {
    // Given
    await using run = await start();

    // When
    await run.transcript.rotate(next());

    // Then
    expect(leasing.provider.wishes.map(({ request }) => request.wait)).toEqual([true, false]);
    expect(leasing.provider.wishes[1]?.file.realPath).toBe(next());
    expect(states()).toEqual(['held', 'held']);
    expect(run.fencingToken).toBe('2');
  });

  it('writes there under the new lease', async () => {
    // Given
    await using run = await start();
    await run.transcript.rotate(next());

    // When
    await run.transcript.append({ b: 1 });

    // Then
    expect(await readFile(next(), 'utf8')).toBe('{"b":1}\n');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });

  it('gives both back when the run ends', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());

    // When
    await run.release();

    // Then
    expect(states()).toEqual(['released', 'released']);
  });

  it('passes the new one on, and gives the former one back, where another run waits', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const waiting = await waitBehind(sessions, { sessionFile: leasing.file() });
    await run.transcript.rotate(next());

    // When
    await run.release();

    // Then
    const follower = await waiting.granted;
    expect(follower).toMatchObject({ sessionFile: next(), fencingToken: '2' });
    expect(states()).toEqual(['released', 'held']);
    await follower.transcript.append({ c: 1 });
    await follower.release();
  });

  it('goes back under the lease that it kept', async () => {
    // Given
    await using run = await start();
    await run.transcript.rotate(next());

    // When
    await run.transcript.rotate(leasing.file());

    // Then
    expect(leasing.provider.wishes).toHaveLength(2);
    expect(run.fencingToken).toBe('1');
    await run.transcript.append({ a: 2 });
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
    await run.release();
    expect(leasing.provider.leases.map(({ releases }) => releases)).toEqual([1, 1]);
  });

  it('moves on and on, and gives all back', async () => {
    // Given
    const run = await start();

    // When
    for (const name of ['b', 'c', 'b', 'd']) await run.transcript.rotate(leasing.file(name));
    await run.release();

    // Then
    expect(leasing.provider.leases.map(({ releases }) => releases)).toEqual([1, 1, 1, 1]);
  });

  it('[V1] is refused where another process has the new file, naming it', async () => {
    // Given
    await using run = await start();
    leasing.provider.elsewhere.set(next(), someoneElse());

    // When
    const error = await assertError(run.transcript.rotate(next()), RotateRefusedError);

    // Then
    expect(error).toMatchObject({ reason: 'owned', holder: someoneElse() });
    expect(run).toMatchObject({ sessionFile: leasing.file(), fencingToken: '1' });
    await run.transcript.append({ a: 2 });
  });

  it('is refused with what the provider says where that fails', async () => {
    // Given
    await using run = await start();
    const said = new Error('no space');
    leasing.provider.thrown = { error: said };

    // When
    const rotated = run.transcript.rotate(next());

    // Then
    await expect(rotated).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_UNAVAILABLE',
      cause: said,
    });
    expect(run.sessionFile).toBe(leasing.file());
  });

  it('gives the new one back where the run was revoked meanwhile', async () => {
    // Given
    const run = await start();
    leasing.provider.isGenerous = false;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    leasing.provider.leases[0]?.lose();

    // When
    wish.grant();

    // Then
    await expect(rotated).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(states()).toEqual(['lost', 'released']);
  });

  it('gives the new one back where another run of this thread took the file meanwhile', async () => {
    // Given
    const sessions = leasing.open();
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    await leasing.provider.grant(1);
    const run = await granted;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    const other = sessions.acquire({ sessionFile: next() });
    const later = await leasing.provider.wish(3);

    // When
    const lease = wish.grant();

    // Then
    await expect(rotated).rejects.toMatchObject({ reason: 'waited-for' });
    expect(lease).toMatchObject({ state: 'released', releases: 1 });
    later.grant();
    await (await other).release();
    await run.release();
  });

  it('is refused where the new lease is lost before the turn moves', async () => {
    // Given
    const run = await start();
    leasing.provider.isGenerous = false;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);

    // When
    wish.grant().lose();
    await turns();

    // Then
    await rotated.catch(() => undefined);
    await expect(run.transcript.append({ b: 1 })).resolves.toBeUndefined();
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n{"b":1}\n');
    await run.release();
  });

  it('ends the run where the new lease is lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());

    // When
    leasing.provider.leases[1]?.lose();

    // Then
    expect(run.end).toBe('lease-lost');
    expect(states()).toEqual(['released', 'lost']);
  });

  it('goes on where the lease of the former file is lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    await run.transcript.append({ b: 1 });
    await run.release();
    expect(states()).toEqual(['lost', 'released']);
  });

  it('does not go back under a lease that was lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());
    leasing.provider.leases[0]?.lose();

    // When
    await run.transcript.rotate(leasing.file());

    // Then
    expect(run.fencingToken).toBe('3');
    await run.transcript.append({ a: 2 });
    await run.release();
  });

  it('gives all up while it is parked', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());
    const back = createGate();

    // When
    const parked = run.park(() => back.opened);
    await until(() => leasing.provider.held.length === 0);

    // Then
    back.open();
    await parked;
    expect(leasing.provider.wishes.at(-1)?.file.realPath).toBe(next());
    await run.transcript.rotate(leasing.file());
    await run.release();
  });
});
