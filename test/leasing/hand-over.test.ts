import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Coordinator, GuestTranscript, Run } from '../../src/index.js';
import { until, waitBehind } from '../runs/support/sessions.js';
import { createGate, type Gate } from '../support/gate.js';
import { turns, useLeasing } from './support/leasing.js';

/** So many runs that wait, with the first turn not ended before the gate is open. */
async function line(
  sessions: Coordinator,
  sessionFile: string,
  count: number,
  tokens: string[],
): Promise<{ readonly go: Gate<void>; readonly ended: Promise<unknown> }> {
  const go = createGate();
  const task = async (run: Run): Promise<void> => {
    tokens.push(run.fencingToken ?? 'none');
    await go.opened;
  };
  const ids = Array.from({ length: count }, (_, index) => `run ${index + 1}`);
  const ended = Promise.all(ids.map((runId) => sessions.run({ sessionFile, runId }, task)));
  await until(() => sessions.runs.size === count);
  return { go, ended };
}

type Guest = (transcript: GuestTranscript) => void | Promise<void>;

/** Guests that wait for the section of an owner that ends with it: each gets a turn of its own. */
async function guestsBehind(
  sessions: Coordinator,
  sessionFile: string,
  guests: readonly Guest[],
): Promise<{ readonly section: Gate<void>; readonly writes: Promise<unknown> }> {
  const section = createGate();
  const owner = await sessions.acquire({ sessionFile });
  const wrote = owner.transcript.write(() => section.opened);
  const ended = owner.release();
  const writes = guests.map((guest) => sessions.write(sessionFile, guest));
  // Requests with one spelling are decided in the order of their calls.
  const behind = await waitBehind(sessions, { sessionFile, runId: 'behind' });
  await sessions.interrupt({ runId: 'behind' });
  await behind.granted.catch(() => undefined);
  return { section, writes: Promise.all([wrote, ended, ...writes]) };
}

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

  it.each([
    [0, ['1', '2', '3', '4', '5']],
    [1, ['1', '1', '2', '2', '3']],
    [2, ['1', '1', '1', '2', '2']],
    [undefined, ['1', '1', '1', '1', '1']],
  ])('after %s in a row the others get their turn', async (maxHandOvers, expected) => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = maxHandOvers;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 5, tokens);
    const grant = leasing.provider.acquire.bind(leasing.provider);
    leasing.provider.acquire = (...args) => {
      const wish = grant(...args);
      for (const lease of leasing.provider.held) lease.isWantedElsewhere = true;
      return wish;
    };
    for (const lease of leasing.provider.held) lease.isWantedElsewhere = true;

    // When
    go.open();
    await ended;

    // Then
    expect(tokens).toEqual(expected);
  });

  it('is 16 times in a row where the provider says nothing else', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 18, tokens);
    leasing.provider.lease(1).isWantedElsewhere = true;

    // When
    go.open();
    await ended;

    // Then
    expect(tokens.filter((token) => token === '1')).toHaveLength(17);
    expect(tokens.at(-1)).toBe('2');
  });

  it('goes on as long as nobody else wants the file', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = 1;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 6, tokens);

    // When
    go.open();
    await ended;

    // Then
    expect(new Set(tokens)).toEqual(new Set(['1']));
  });

  it('keeps the places of those who wait while the others have their turn', async () => {
    // Given
    leasing.provider.maxHandOvers = 0;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const waiting = line(sessions, leasing.file(), 3, tokens);
    const lease = await leasing.provider.grant(1);
    const { go, ended } = await waiting;
    lease.isWantedElsewhere = true;

    // When
    go.open();
    const wish = await leasing.provider.wish(2);
    wish.held();
    await turns();

    // Then
    expect(lease.state).toBe('released');
    expect(sessions.inspect().held).toEqual([]);
    expect(sessions.inspect().waiting.map(({ runId }) => runId)).toEqual(['run 2', 'run 3']);
    wish.grant();
    await ended;
    expect(tokens).toEqual(['1', '2', '2']);
  });

  it('counts the short turns of guests, too', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = 1;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const guest = (): void => {
      const { held } = leasing.provider;
      tokens.push(held.map(({ fencingToken }) => String(fencingToken)).join());
      for (const lease of held) lease.isWantedElsewhere = true;
    };
    const { section, writes } = await guestsBehind(sessions, leasing.file(), [guest, guest, guest]);

    // When
    section.open();
    await writes;

    // Then
    expect(tokens.at(-1)).toBe('2');
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

  it('goes on where nobody can tell whether others wait, or whether the lease is there', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = 0;
    const sessions = leasing.open();
    const tokens: string[] = [];
    const { go, ended } = await line(sessions, leasing.file(), 2, tokens);
    leasing.provider.lease(1).question = new Error('cannot look');

    // When
    go.open();
    await ended;

    // Then
    expect(tokens).toEqual(['1', '1']);
  });
});
