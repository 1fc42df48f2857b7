import { describe, expect, it } from 'vitest';
import { turns, useLeasing } from '../support/leasing.js';
import { guestsBehind } from './support/guests-behind.js';
import { line } from './support/line.js';

describe('hand-over between runs of one thread', () => {
  const leasing = useLeasing();

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
