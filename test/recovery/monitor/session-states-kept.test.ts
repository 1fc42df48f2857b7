import { describe, expect, it } from 'vitest';
import { type SessionReport, SessionStates } from '../../../src/recovery/session-states.js';

const HALF_AN_HOUR_MS = 30 * 60_000;
const MOST = 2_000;

function keysOf(states: SessionStates): (string | undefined)[] {
  return [...states].map(({ sessionKey }) => sessionKey);
}

function fill(states: SessionStates, count: number, state: SessionReport['state']): void {
  for (let at = 0; at < count; at += 1) states.note({ sessionKey: `k${at}`, state }, undefined, at);
}

describe('what is kept of sessions', () => {
  it('is forgotten half an hour after they went idle, and not before', () => {
    // Given an idle session
    const states = new SessionStates();
    states.note({ sessionKey: 'k', sessionId: 'i', state: 'idle' }, '/a', 1_000);
    // When half an hour passes
    states.prune(1_000 + HALF_AN_HOUR_MS);
    expect(states.size).toBe(1);
    states.prune(1_001 + HALF_AN_HOUR_MS);
    // Then nothing leads to it any more
    expect(states.size).toBe(0);
    const { generation } = states.note({ sessionId: 'i', state: 'idle' }, undefined, 0);
    expect(generation).toBe(1);
  });

  it('counts from the last report, not from the first', () => {
    const states = new SessionStates();
    states.note({ sessionKey: 'k', state: 'idle' }, undefined, 0);
    states.note({ sessionKey: 'k', state: 'idle' }, undefined, HALF_AN_HOUR_MS);
    states.prune(HALF_AN_HOUR_MS + 1_000);
    expect(states.size).toBe(1);
  });

  it.each([
    ['processing', { state: 'processing' }],
    ['waiting', { state: 'waiting' }],
    ['idle with messages queued', { state: 'idle', queueDepth: 1 }],
  ] as const)('stays for as long as they are %s', (_, report) => {
    const states = new SessionStates();
    states.note({ sessionKey: 'k', ...report }, undefined, 0);
    states.prune(100 * HALF_AN_HOUR_MS);
    expect(states.size).toBe(1);
  });

  it('starts anew where a session that was forgotten is heard of again', () => {
    const states = new SessionStates();
    states.note({ sessionKey: 'k', state: 'idle' }, '/a', 0);
    states.prune(HALF_AN_HOUR_MS + 1);
    const entry = states.note({ sessionKey: 'k', state: 'idle' }, undefined, 0);
    expect(entry).toMatchObject({ path: undefined, queueDepth: 0 });
  });

  it('is no more than 2,000 sessions, whatever they do', () => {
    // Given as many as there may be
    const states = new SessionStates();
    fill(states, MOST, 'processing');
    expect(states.size).toBe(MOST);
    // When one more is reported
    states.note({ sessionKey: 'new', state: 'idle' }, undefined, MOST);
    // Then the oldest one is gone
    expect(states.size).toBe(MOST);
    expect(keysOf(states)).not.toContain('k0');
    expect(keysOf(states).slice(0, 1)).toEqual(['k1']);
    expect(keysOf(states).slice(-1)).toEqual(['new']);
  });

  it('drops those first that were heard of longest ago, not those that came first', () => {
    // Given as many as there may be, the first of which is heard of again
    const states = new SessionStates();
    fill(states, MOST, 'processing');
    states.note({ sessionKey: 'k0', state: 'processing' }, undefined, MOST);
    // When two more are reported
    states.note({ sessionKey: 'x', state: 'processing' }, undefined, MOST + 1);
    states.note({ sessionKey: 'y', state: 'processing' }, undefined, MOST + 2);
    // Then it is the next two that are gone
    expect(keysOf(states)).toContain('k0');
    expect(keysOf(states)).not.toContain('k1');
    expect(keysOf(states)).not.toContain('k2');
    expect(keysOf(states)).toContain('k3');
  });

  it('drops what is long idle before anything that is at work', () => {
    // Given old sessions at work, then an idle one, then more up to the limit
    const states = new SessionStates();
    fill(states, 1_000, 'processing');
    states.note({ sessionKey: 'idle', state: 'idle' }, undefined, 1_000);
    const laterMs = 2_000 + HALF_AN_HOUR_MS;
    for (let at = 1_001; at < MOST; at += 1) {
      states.note({ sessionKey: `k${at}`, state: 'processing' }, undefined, laterMs);
    }
    // When one more is reported
    states.note({ sessionKey: 'new', state: 'processing' }, undefined, laterMs);
    // Then only the idle one is gone
    expect(keysOf(states)).not.toContain('idle');
    expect(keysOf(states)).toContain('k0');
    expect(states.size).toBe(MOST);
  });

  it('is nothing once it is cleared', () => {
    const states = new SessionStates();
    fill(states, 10, 'processing');
    states.note({ state: 'idle' }, '/a', 0);
    states.clear();
    expect([...states]).toEqual([]);
    expect(states.note({ state: 'idle' }, '/a', 0).generation).toBe(1);
  });

  it('settles a session to idle, with the depth that is left', () => {
    const states = new SessionStates();
    const entry = states.note({ sessionKey: 'k', state: 'processing', queueDepth: 3 }, '/a', 0);
    states.settle(entry, 2);
    expect(entry).toMatchObject({ state: 'idle', queueDepth: 2, path: '/a', reportedMs: 0 });
  });
});
