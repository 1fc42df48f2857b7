import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SessionReport, SessionStates } from '../../../src/recovery/session-states.js';

interface Known {
  key: string | undefined;
  id: string | undefined;
  path: string | undefined;
  state: SessionReport['state'];
  depth: number;
  atMs: number;
}

const optional = <T>(values: readonly T[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined });

const report = fc
  .record({
    key: optional(['a', 'b', 'c']),
    id: optional(['a', 'i', 'j']),
    path: optional(['/x', '/y', 'a']),
    state: fc.constantFrom<SessionReport['state']>('processing', 'waiting', 'idle'),
    depth: optional([0, 1, 5]),
    afterMs: fc.constantFrom(0, 1, 20 * 60_000),
  })
  .filter(({ key, id, path }) => (key ?? id ?? path) !== undefined);

type Report = typeof report extends fc.Arbitrary<infer T> ? T : never;

/** The rules as they are told, over a list that is searched from end to end. */
function tell(known: Known[], { key, id, path, state, depth }: Report, atMs: number): Known[] {
  const byKey = known.find((each) => key !== undefined && each.key === key);
  const byId = known.find((each) => id !== undefined && each.id === id);
  const bare = known.find(
    (each) =>
      path !== undefined && each.path === path && each.key === undefined && each.id === undefined,
  );
  const hasMoved = key !== undefined && byId?.key !== undefined && byId.key !== key;
  const joined = [...new Set([byKey, hasMoved ? undefined : byId, bare])].filter(
    (each) => each !== undefined,
  );
  if (hasMoved && byId) byId.id = undefined;
  const others = known.filter((each) => !joined.includes(each));
  const newest = joined.toSorted((one, other) => other.atMs - one.atMs);
  const fileOf = newest.find((each) => each.path !== undefined);
  return [
    ...others,
    {
      key: key ?? joined.find((each) => each.key !== undefined)?.key,
      id: id ?? joined.find((each) => each.id !== undefined)?.id,
      path: path ?? fileOf?.path,
      state,
      depth: depth ?? joined.reduce((sum, each) => sum + each.depth, 0),
      atMs,
    },
  ];
}

function forget(known: Known[], nowMs: number): Known[] {
  return known.filter(
    ({ state, depth, atMs }) => state !== 'idle' || depth > 0 || nowMs - atMs <= 30 * 60_000,
  );
}

function seen(states: SessionStates): Known[] {
  return [...states].map(({ sessionKey, sessionId, path, state, queueDepth, reportedMs }) => {
    return { key: sessionKey, id: sessionId, path, state, depth: queueDepth, atMs: reportedMs };
  });
}

describe('SessionStates', () => {
  it('knows what a plain list of sessions would know, after any reports', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), (reports) => {
        const states = new SessionStates();
        let model: Known[] = [];
        // Times differ: of two that were reported at the same moment neither is newer.
        let nowMs = 0;
        for (const each of reports) {
          nowMs += 1 + each.afterMs;
          const { key: sessionKey, id: sessionId, path, state, depth: queueDepth } = each;
          states.prune(nowMs);
          states.note({ sessionKey, sessionId, sessionFile: path, state, queueDepth }, path, nowMs);
          model = tell(forget(model, nowMs), each, nowMs);
          expect(seen(states)).toEqual(model);
          expect([...states].filter((entry) => entry.sessionFile !== entry.path)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
