import { appendFile, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { typesOf, until, waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { turns, useLeasing } from './support/leasing.js';

/** What another process writes while it has the file. */
const THEIRS = '{"theirs":1}\n';

describe('what another process wrote while it had the lease', () => {
  const leasing = useLeasing();

  it('is no takeover for a run that follows', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const first = await sessions.acquire({ sessionFile: leasing.file() });
    await first.transcript.append({ a: 1 });
    leasing.provider.isGenerous = false;
    const next = await waitBehind(sessions, { sessionFile: leasing.file() });
    leasing.provider.leases[0]?.lose();
    await appendFile(leasing.file(), THEIRS);

    // When
    await leasing.provider.grant(2);

    // Then
    const run = await next.granted;
    expect(run.transcript.startBytes).toBe(8 + THEIRS.length);
    await run.transcript.append({ b: 1 });
    expect(await readFile(leasing.file(), 'utf8')).toBe(`{"a":1}\n${THEIRS}{"b":1}\n`);
    await run.release();
  });

  it('is no takeover where the lease was lost in a wrapped write', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const first = await sessions.acquire({ sessionFile: leasing.file() });
    const going = createGate();
    const wrapped = first.transcript.write(() => going.opened);
    wrapped.catch(() => undefined);
    await turns();
    leasing.provider.isGenerous = false;
    const next = await waitBehind(sessions, { sessionFile: leasing.file() });
    leasing.provider.leases[0]?.lose();
    await appendFile(leasing.file(), THEIRS);

    // When
    await leasing.provider.grant(2);

    // Then
    const run = await next.granted;
    await run.transcript.append({ b: 1 });
    expect(typesOf(leasing.stage.events)).not.toContain('takeover');
    await run.release();
    going.open();
    await turns();
  });

  it('is no takeover for a run that comes back from park, and stays fenced after', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    await run.transcript.append({ a: 1 });

    // When
    await run.park(async () => {
      await until(() => leasing.provider.held.length === 0);
      await appendFile(leasing.file(), THEIRS);
    });

    // Then
    await run.transcript.append({ b: 1 });
    await appendFile(leasing.file(), THEIRS);
    await expect(run.transcript.append({ b: 2 })).rejects.toMatchObject({
      code: 'ERR_SESSION_TAKEOVER',
    });
    await run.release();
  });

  it('is no takeover for a guest that waits at the gate', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const first = await sessions.acquire({ sessionFile: leasing.file() });
    await first.transcript.append({ a: 1 });
    const going = createGate();
    const wrapped = first.transcript.write(() => going.opened);
    wrapped.catch(() => undefined);
    leasing.provider.isGenerous = false;
    const wrote = sessions.write(leasing.file(), (transcript) => transcript.append({ g: 1 }));
    const behind = await waitBehind(sessions, { sessionFile: leasing.file(), runId: 'behind' });
    await sessions.interrupt({ runId: 'behind' });
    await behind.granted.catch(() => undefined);
    leasing.provider.leases[0]?.lose();
    await appendFile(leasing.file(), THEIRS);

    // When
    await leasing.provider.grant(2);

    // Then
    await wrote;
    expect(await readFile(leasing.file(), 'utf8')).toBe(`{"a":1}\n${THEIRS}{"g":1}\n`);
    going.open();
    await turns();
  });

  it('makes a local run of before no longer the previous one', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file() }, () => 1);
    leasing.provider.nextToken();

    // When
    const run = await sessions.acquire({ sessionFile: leasing.file() });

    // Then
    expect(run.previous).toBeUndefined();
    await run.release();
  });

  it('leaves the local run of before where nobody had the file since', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file(), runId: 'before' }, () => 1);

    // When
    const run = await sessions.acquire({ sessionFile: leasing.file() });

    // Then
    expect(run.previous).toMatchObject({ runId: 'before', end: 'completed' });
    await run.release();
  });
});
