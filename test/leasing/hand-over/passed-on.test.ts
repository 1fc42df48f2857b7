import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { waitBehind } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';
import { type Guest, guestsBehind } from './support/guests-behind.js';
import { line } from './support/line.js';

describe('hand-over between runs of one thread', () => {
  const leasing = useLeasing();

  it('passes the lease on, and tells others whose turn it is', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 3, tokens);

    // When
    go.open();
    await ended;

    // Then
    expect(tokens).toEqual(['1', '1', '1']);
    expect(leasing.provider.leases).toHaveLength(1);
    const [lease] = leasing.provider.leases;
    expect(lease?.wish.request.holder.runId).toBe('run 1');
    expect(lease?.updates.map(({ runId }) => runId)).toEqual(['run 2', 'run 3']);
  });

  it('tells others how long the file was when that turn began', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = await sessions.acquire({ sessionFile });
    const second = await waitBehind(sessions, { sessionFile });

    // When
    await first.transcript.appendLines('"12345"');
    await first.release();
    await (await second.granted).release();

    // Then
    expect(leasing.provider.leases[0]?.updates).toMatchObject([{ startBytes: 8 }]);
  });

  it('does not begin a turn under a lease that is gone', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 2, tokens);
    leasing.provider.leases[0]?.vanish();

    // When
    go.open();
    await ended;

    // Then
    expect(tokens).toEqual(['1', '2']);
  });

  it('does not begin the short turn of a guest under a lease that is gone', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    // The second is let in at the gate of the first, and outlasts it.
    const first: Guest = () => undefined;
    const losing: Guest = async () => {
      await turns();
      leasing.provider.leases[0]?.vanish();
    };
    const writing: Guest = (transcript) => transcript.append({ a: 1 });
    const { section, writes } = await guestsBehind(sessions, leasing.file(), [
      first,
      losing,
      writing,
    ]);

    // When
    section.open();
    await writes;

    // Then
    expect(leasing.provider.leases).toHaveLength(2);
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });
});
