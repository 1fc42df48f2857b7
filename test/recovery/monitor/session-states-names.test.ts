import { describe, expect, it } from 'vitest';
import {
  type SessionEntry,
  type SessionReport,
  SessionStates,
} from '../../../src/recovery/session-states.js';

const FILE = '/sessions/a.jsonl';

interface Known {
  readonly states: SessionStates;
  note(report: Partial<SessionReport>): SessionEntry;
}

function start(): Known {
  const states = new SessionStates();
  let nowMs = 0;
  return {
    states,
    note(report) {
      nowMs += 1;
      const path = report.sessionFile as string | undefined;
      return states.note({ state: 'processing', ...report }, path, nowMs);
    },
  };
}

function names(states: SessionStates): (string | undefined)[][] {
  return [...states].map(({ sessionKey, sessionId, path }) => [sessionKey, sessionId, path]);
}

describe('the names of a session', () => {
  it('let an id go from one key to another, and leave the first its own', () => {
    // Given an id under one key
    const { states, note } = start();
    const first = note({ sessionKey: 'k', sessionId: 'i', queueDepth: 2 });
    // When another key reports it
    const second = note({ sessionKey: 'l', sessionId: 'i' });
    // Then there are two sessions, and the id is the second one's
    expect(names(states)).toEqual([
      ['k', undefined, undefined],
      ['l', 'i', undefined],
    ]);
    expect([first.queueDepth, second.queueDepth]).toEqual([2, 0]);
    expect(note({ sessionId: 'i' })).toBe(second);
    expect(note({ sessionKey: 'k' })).toBe(first);
  });

  it('let an id go to a key that is known already, and merge nothing', () => {
    const { states, note } = start();
    note({ sessionKey: 'k', sessionId: 'i', queueDepth: 2 });
    note({ sessionKey: 'l', queueDepth: 1 });
    const second = note({ sessionKey: 'l', sessionId: 'i' });
    expect(names(states)).toEqual([
      ['k', undefined, undefined],
      ['l', 'i', undefined],
    ]);
    expect(second.queueDepth).toBe(1);
  });

  it('let go of the id that a key had before', () => {
    // Given a key with an id
    const { note } = start();
    const entry = note({ sessionKey: 'k', sessionId: 'old' });
    // When it reports a new id
    note({ sessionKey: 'k', sessionId: 'new' });
    // Then the old one leads nowhere, also once the session is named by nothing else
    expect(note({ sessionId: 'new' })).toBe(entry);
    expect(note({ sessionId: 'old' })).not.toBe(entry);
  });

  it('know a session without labels by its file', () => {
    const { states, note } = start();
    const entry = note({ sessionFile: FILE });
    expect(note({ sessionFile: FILE, state: 'idle' })).toBe(entry);
    expect(note({ sessionFile: '/sessions/b.jsonl' })).not.toBe(entry);
    expect(states.size).toBe(2);
  });

  it.each([
    ['a key', { sessionKey: 'k' }, ['k', undefined, FILE]],
    ['an id', { sessionId: 'i' }, [undefined, 'i', FILE]],
    ['both', { sessionKey: 'k', sessionId: 'i' }, ['k', 'i', FILE]],
  ])('join what was known by file alone to %s', (_, labels, wanted) => {
    // Given a session without labels
    const { states, note } = start();
    note({ sessionFile: FILE, queueDepth: 2 });
    // When its labels are learned
    const entry = note({ sessionFile: FILE, ...labels });
    // Then they are one
    expect(names(states)).toEqual([wanted]);
    expect(entry.queueDepth).toBe(2);
  });

  it('join a key, an id and a file that were reported apart', () => {
    const { states, note } = start();
    note({ sessionFile: FILE, queueDepth: 1 });
    note({ sessionId: 'i', queueDepth: 2 });
    note({ sessionKey: 'k', queueDepth: 4 });
    const entry = note({ sessionKey: 'k', sessionId: 'i', sessionFile: FILE });
    expect(names(states)).toEqual([['k', 'i', FILE]]);
    expect(entry.queueDepth).toBe(7);
  });

  it('do not bring a session back by the file that it had before its labels', () => {
    // Given a session that has got labels
    const { states, note } = start();
    note({ sessionFile: FILE });
    const labelled = note({ sessionFile: FILE, sessionKey: 'k' });
    // When the file is reported alone, then another session of it
    const bare = note({ sessionFile: FILE });
    // Then it is nobody's yet
    expect(bare).not.toBe(labelled);
    expect(note({ sessionFile: FILE, sessionKey: 'l' })).toBe(bare);
    expect(names(states)).toEqual([
      ['k', undefined, FILE],
      ['l', undefined, FILE],
    ]);
  });

  it('count every report and every change, so that it can be seen that something was said', () => {
    const { states, note } = start();
    const entry = note({ sessionKey: 'k' });
    const seen = [entry.generation];
    note({ sessionKey: 'k' });
    seen.push(entry.generation);
    states.settle(entry, 0);
    seen.push(entry.generation);
    note({ sessionId: 'i' });
    note({ sessionKey: 'k', sessionId: 'i' });
    seen.push(entry.generation);
    expect(new Set(seen).size).toBe(4);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
