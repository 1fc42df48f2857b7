import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { assertError, typesOf } from '../../runs/support/sessions.js';
import { GUEST_LINE, guestInside } from '../support/guest-inside.js';
import { turns, useLeasing } from '../support/leasing.js';
import { append } from './support/append.js';

describe('guests of a file with a lease', () => {
  const leasing = useLeasing();

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
    const guest = await guestInside(sessions, leasing.file());
    await run.release();
    await turns();
    expect(leasing.provider.held).toHaveLength(1);

    // When
    guest.goOn();

    // Then
    await guest.wrote;
    expect(await readFile(leasing.file(), 'utf8')).toBe(GUEST_LINE);
    expect(leasing.provider.held).toEqual([]);
  });

  it('[T5] write nothing where that lease is lost, and the error says which', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const guest = await guestInside(sessions, leasing.file());
    await run.release();
    leasing.provider.leases[0]?.lose();

    // When
    guest.goOn();

    // Then
    await expect(guest.wrote).rejects.toMatchObject({
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
    const guest = await guestInside(sessions, leasing.file());
    leasing.provider.leases[0]?.lose();
    const successor = await sessions.acquire({ sessionFile: leasing.file() });
    expect(owner.end).toBe('lease-lost');

    // When
    guest.goOn();
    await guest.wrote.catch(() => undefined);

    // Then
    await successor.transcript.append({ s: 1 });
    expect(typesOf(leasing.stage.events)).not.toContain('takeover');
    await successor.release();
  });
});
