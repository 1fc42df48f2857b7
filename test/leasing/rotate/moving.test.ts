import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { useLeasing } from '../support/leasing.js';
import { useRotating } from './support/rotating.js';

describe('rotating under a lease', () => {
  const leasing = useLeasing();
  const { start, next, states } = useRotating(leasing);

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
