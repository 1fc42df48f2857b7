import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { assertError, typesOf, until, waitBehind } from '../runs/support/sessions.js';
import { OwnerWaitTimeoutError, type Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('guests of a file with a lease', () => {
  const leasing = useLeasing();
  const append = (transcript: { append(record: unknown): Promise<void> }): Promise<void> =>
    transcript.append({ g: 1 });

  it('wait for the lease where nobody owns the file, and give it back', async () => {
    // Given
    const sessions = leasing.open();
    const wrote = sessions.write(leasing.file(), append);
    const wish = await leasing.provider.wish(1);
    expect(wish.request.holder.kind).toBe('command');

    // When
    const lease = wish.grant();

    // Then
    await wrote;
    await until(() => lease.state === 'released');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"g":1}\n');
  });

  it('write under the lease of the owner', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await using run = await sessions.acquire({ sessionFile: leasing.file() });

    // When
    await sessions.write(leasing.file(), append);

    // Then
    expect(run.transcript.takeGuestWrites()).toHaveLength(1);
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('write at the gate of a run that waits for the lease with them', async () => {
    // Given
    const sessions = leasing.open();
    const wrote = sessions.write(leasing.file(), append);
    const wish = await leasing.provider.wish(1);
    const { granted } = await waitBehind(sessions, { sessionFile: leasing.file() });

    // When
    wish.grant();

    // Then
    const run = await granted;
    await wrote;
    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 0, lengthBytes: 8 }]);
    await run.release();
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('[V1] are refused now or never where another process has the file', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const refused = sessions.write(leasing.file(), append, { waitMs: 0 });

    // Then
    const error = await assertError(refused, OwnerWaitTimeoutError);
    expect(error.holder).toEqual(someoneElse());
  });

  it('wait whatever the limit of waiting runs is', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 0 });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const wrote = sessions.write(leasing.file(), append);
    await leasing.provider.wish(1);
    await turns();

    // When
    leasing.provider.asked[0]?.grant();

    // Then
    await expect(wrote).resolves.toBeUndefined();
  });

  it('[T5] write nothing in a turn of their own whose lease is lost', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const wrote = sessions.write(leasing.file(), (transcript) => {
      leasing.provider.leases[0]?.vanish();
      return append(transcript);
    });

    // When
    const outcome = assertError(wrote, Error);

    // Then
    expect(await outcome).toMatchObject({ why: 'lease-lost' });
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(sessions.inspect().counters.ends['lease-lost']).toBe(1);
  });

  it('[T5] write nothing at the gate of an owner whose lease is lost', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run: Run = await sessions.acquire({ sessionFile: leasing.file() });

    // When
    const wrote = sessions.write(leasing.file(), (transcript) => {
      leasing.provider.leases[0]?.vanish();
      return append(transcript);
    });

    // Then
    await expect(wrote).rejects.toMatchObject({ code: 'ERR_SESSION_LEASE_LOST' });
    expect(run.end).toBe('lease-lost');
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keep the lease as long as a section of theirs is open, also without an owner', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const entered = createGate();
    const going = createGate();
    const wrote = sessions.write(leasing.file(), async (transcript) => {
      entered.open();
      await going.opened;
      await append(transcript);
    });
    await entered.opened;
    await run.release();
    await turns();
    expect(leasing.provider.held).toHaveLength(1);

    // When
    going.open();

    // Then
    await wrote;
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"g":1}\n');
    expect(leasing.provider.held).toEqual([]);
  });

  it('[T5] write nothing where that lease is lost, and the error says which', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const entered = createGate();
    const going = createGate();
    const wrote = sessions.write(leasing.file(), async (transcript) => {
      entered.open();
      await going.opened;
      await append(transcript);
    });
    wrote.catch(() => undefined);
    await entered.opened;
    await run.release();
    leasing.provider.leases[0]?.lose();

    // When
    going.open();

    // Then
    await expect(wrote).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_LOST',
      fencingToken: '1',
    });
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('[T5] write nothing under the lease of a successor: theirs is lost', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const owner = await sessions.acquire({ sessionFile: leasing.file() });
    const entered = createGate();
    const going = createGate();
    const wrote = sessions.write(leasing.file(), async (transcript) => {
      entered.open();
      await going.opened;
      await append(transcript);
    });
    wrote.catch(() => undefined);
    await entered.opened;
    leasing.provider.leases[0]?.lose();
    const successor = await sessions.acquire({ sessionFile: leasing.file() });
    expect(owner.end).toBe('lease-lost');

    // When
    going.open();
    await wrote.catch(() => undefined);

    // Then
    await successor.transcript.append({ s: 1 });
    expect(typesOf(leasing.stage.events)).not.toContain('takeover');
    await successor.release();
  });
});
