import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { stateOf, until } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';

describe('the first turn of a file', () => {
  const leasing = useLeasing();

  it('begins with the lease, not before', async () => {
    // Given
    const sessions = leasing.open();
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    const wish = await leasing.provider.wish(1);
    expect(await stateOf(granted)).toBe('pending');
    expect(sessions.inspect().held).toEqual([]);

    // When
    wish.grant();

    // Then
    const run = await granted;
    expect(sessions.inspect().held).toHaveLength(1);
    await run.release();
  });

  it('asks for the lease of the resolved file, for the run that is next', async () => {
    // Given
    const sessions = leasing.open();
    const ended = sessions.run({ sessionFile: leasing.file(), runId: 'a', kind: 'cron' }, () => 1);

    // When
    const { file, request } = await leasing.provider.wish(1);

    // Then
    expect(file.realPath).toBe(leasing.file());
    expect(request).toMatchObject({ wait: true, holder: { runId: 'a', kind: 'cron' } });
    await leasing.provider.grant(1);
    await expect(ended).resolves.toBe(1);
  });

  it('starts no task before the lease is there', async () => {
    // Given
    const sessions = leasing.open();
    let starts = 0;
    const ended = sessions.run({ sessionFile: leasing.file() }, () => (starts += 1));
    await leasing.provider.wish(1);
    await turns();
    expect(starts).toBe(0);

    // When
    await leasing.provider.grant(1);

    // Then
    await expect(ended).resolves.toBe(1);
  });

  it('writes under the lease, which is given back at its end', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();

    // When
    await sessions.run({ sessionFile: leasing.file() }, (run) => run.transcript.append({ a: 1 }));

    // Then
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
    await until(() => leasing.provider.held.length === 0);
    expect(leasing.provider.leases).toMatchObject([{ releases: 1 }]);
  });

  it('shows the fencing token in handle, view and JSON', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();

    // When
    await using run = await sessions.acquire({ sessionFile: leasing.file() });

    // Then
    expect(run.fencingToken).toBe('1');
    expect(sessions.runs.byRunId(run.runId)?.fencingToken).toBe('1');
    expect(JSON.parse(JSON.stringify(run))).toMatchObject({ fencingToken: '1' });
  });

  it('needs no lease where the file is a marker', async () => {
    // Given
    const sessions = leasing.open();

    // When
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });

    // Then
    expect(run.fencingToken).toBeUndefined();
    expect(leasing.provider.wishes).toEqual([]);
  });

  it('tells the provider of the run that gets the turn where that is another than asked', async () => {
    // Given
    const sessions = leasing.open();
    const file = leasing.file();
    const cron = sessions.run({ sessionFile: file, runId: 'cron', kind: 'cron' }, () => 1);
    const wish = await leasing.provider.wish(1);
    const person = sessions.acquire({ sessionFile: file, runId: 'person' });
    await until(() => sessions.inspect().waiting.length === 2);

    // When
    const lease = wish.grant();

    // Then
    const run = await person;
    expect(wish.request.holder.runId).toBe('cron');
    expect(lease.updates.map(({ runId }) => runId)).toEqual(['person']);
    await run.release();
    await cron;
    expect(lease.updates.map(({ runId }) => runId)).toEqual(['person', 'cron']);
  });
});
