import { describe, expect, it } from 'vitest';
import { type SessionReport, SessionStates } from '../../../src/recovery/session-states.js';

const A = '/sessions/a.jsonl';
const B = '/sessions/b.jsonl';

/** Reports one after the other, one millisecond apart; what is known afterwards. */
function after(...reports: Partial<SessionReport>[]): object[] {
  const states = new SessionStates();
  let nowMs = 0;
  for (const report of reports) {
    nowMs += 1;
    const path = report.sessionFile as string | undefined;
    states.note({ state: 'processing', ...report }, path, nowMs);
  }
  // As it was given, and made absolute: here they are the same.
  expect([...states].map(({ sessionFile }) => sessionFile)).toEqual(
    [...states].map(({ path }) => path),
  );
  return [...states].map(({ sessionKey, sessionId, path, state, queueDepth }) => {
    return { sessionKey, sessionId, path, state, queueDepth };
  });
}

describe('SessionStates', () => {
  it('keeps one entry for a key, whatever is reported of it', () => {
    expect(
      after({ sessionKey: 'k', queueDepth: 2 }, { sessionKey: 'k', state: 'waiting' }),
    ).toEqual([expect.objectContaining({ sessionKey: 'k', state: 'waiting', queueDepth: 2 })]);
  });

  it('moves what was known by id alone under the key that is learned later', () => {
    // Given an id, then that id with its key, then that key alone
    const known = after(
      { sessionId: 'i', sessionFile: A, queueDepth: 3 },
      { sessionKey: 'k', sessionId: 'i' },
      { sessionKey: 'k' },
    );
    // Then they are one session
    expect(known).toEqual([
      { sessionKey: 'k', sessionId: 'i', path: A, state: 'processing', queueDepth: 3 },
    ]);
  });

  it('finds a session by its id alone, once its key is known', () => {
    const known = after({ sessionKey: 'k', sessionId: 'i' }, { sessionId: 'i', state: 'idle' });
    expect(known).toEqual([expect.objectContaining({ sessionKey: 'k', state: 'idle' })]);
  });

  it('makes one of a key and an id that were reported apart, and adds their queues', () => {
    const known = after(
      { sessionKey: 'k', queueDepth: 2 },
      { sessionId: 'i', queueDepth: 3, sessionFile: A },
      { sessionKey: 'k', sessionId: 'i' },
    );
    expect(known).toEqual([
      { sessionKey: 'k', sessionId: 'i', path: A, state: 'processing', queueDepth: 5 },
    ]);
  });

  it('takes the depth that a report names for the whole of what it makes one', () => {
    const known = after(
      { sessionKey: 'k', queueDepth: 2 },
      { sessionId: 'i', queueDepth: 3 },
      { sessionKey: 'k', sessionId: 'i', queueDepth: 1 },
    );
    expect(known).toEqual([expect.objectContaining({ queueDepth: 1 })]);
  });

  it.each([
    ['the id was heard of last', { sessionKey: 'k' }, { sessionId: 'i' }, B],
    ['the key was heard of last', { sessionId: 'i' }, { sessionKey: 'k' }, B],
  ])('keeps the newer file where both had one: %s', (_, first, second, newer) => {
    const known = after(
      { ...first, sessionFile: A },
      { ...second, sessionFile: B },
      { sessionKey: 'k', sessionId: 'i' },
    );
    expect(known).toEqual([expect.objectContaining({ path: newer })]);
  });

  it.each([
    ['the newer has none', { sessionKey: 'k', sessionFile: A }, { sessionId: 'i' }],
    ['the older has none', { sessionId: 'i' }, { sessionKey: 'k', sessionFile: A }],
    ['it was known by id', { sessionId: 'i', sessionFile: A }, { sessionKey: 'k' }],
  ])('keeps the only file that is known: %s', (_, first, second) => {
    const known = after(first, second, { sessionKey: 'k', sessionId: 'i' });
    expect(known).toEqual([expect.objectContaining({ path: A })]);
  });

  it.each(['processing', 'waiting', 'idle'] as const)(
    'keeps the file where a session reports %s without one',
    (state) => {
      const known = after({ sessionKey: 'k', sessionFile: A }, { sessionKey: 'k', state });
      expect(known).toEqual([expect.objectContaining({ path: A, state })]);
    },
  );

  it('takes the file that is named last', () => {
    const known = after(
      { sessionKey: 'k', sessionFile: A },
      { sessionKey: 'k', sessionFile: B, state: 'idle' },
    );
    expect(known).toEqual([expect.objectContaining({ path: B })]);
  });

  it('keeps sessions apart that share nothing but a file', () => {
    const known = after(
      { sessionKey: 'k', sessionFile: A },
      { sessionKey: 'l', sessionFile: A },
      { sessionId: 'i', sessionFile: A },
    );
    expect(known).toHaveLength(3);
  });
});
