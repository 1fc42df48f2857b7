import { describe, expect, it } from 'vitest';
import { describeHolder, describeMs } from '../../src/support/wording.js';
import type { Holder } from '../../src/types.js';

const HOLDER: Holder = {
  runId: 'r-1',
  generation: 1,
  sessionFile: '/s.jsonl',
  sessionKey: 'chat "a"',
  kind: 'cron',
  phase: 'active',
  requestedAtMs: 500,
  grantedAtMs: 1_000,
  progressAtMs: 61_000,
  progressNote: 'tool 3',
  waiting: 2,
  limits: { stuckAfterMs: 900_000, maxHoldMs: 3_600_000, settleMs: 15_000 },
  pid: 42,
  host: 'host-a',
};

describe('describeMs()', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [950, '950 ms'],
    [9_999.4, '9999 ms'],
    [10_000, '10 s'],
    [119_400, '119 s'],
    [119_500, '2 min'],
    [150_000, '2 min 30 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_500, '1 h'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [86_400_000, '24 h'],
  ])('says of %d ms: %s', (ms, text) => {
    expect(describeMs(ms)).toBe(text);
  });

  it.each([Infinity, Number.NaN])('says no number of %d', (ms) => {
    expect(describeMs(ms)).not.toMatch(/\d|NaN|Infinity/);
  });
});

describe('describeHolder()', () => {
  const at = (holder: Partial<Holder>, nowMs = 121_000): string =>
    describeHolder({ ...HOLDER, ...holder }, nowMs);

  it('[V1] says all of it in one line', () => {
    expect(at({})).toBe(
      'cron run r-1 of "chat \\"a\\"", active for 2 min, last progress 60 s ago (tool 3), ' +
        '2 waiting, told to stop after 15 min of silence, after 1 h in any case, ' +
        'then 15 s to settle, pid 42 on host-a',
    );
  });

  it('[V1] leaves out what there is none of', () => {
    const holder = { ...HOLDER, limits: { stuckAfterMs: 900_000, settleMs: 15_000 } };
    const { sessionKey: _key, progressNote: _note, progressAtMs: _at, ...bare } = holder;
    expect(describeHolder(bare, 121_000)).toBe(
      'cron run r-1, active for 2 min, 2 waiting, told to stop after 15 min of silence, ' +
        'then 15 s to settle, pid 42 on host-a',
    );
  });

  it('[V1] says plainly that a holder is never told to stop', () => {
    const text = at({ limits: { stuckAfterMs: false, settleMs: 15_000 } });
    expect(text).toContain('never told to stop');
    expect(text).not.toContain('told to stop never');
    expect(text).not.toContain('to settle');
  });

  it('[V1] says that a silent holder is told nothing, but a long one is', () => {
    const text = at({ limits: { stuckAfterMs: false, maxHoldMs: 60_000, settleMs: 15_000 } });
    expect(text).toContain(', told to stop after 60 s in any case, then 15 s to settle, ');
  });

  it('[V1] never shows a negative age where the clock was set back', () => {
    expect(at({}, 0)).not.toMatch(/-\d+ ?(?:ms|s|min|h)\b/);
  });

  it('[V1] stays one line whatever the note says', () => {
    expect(at({ progressNote: 'tool\nfailed' })).not.toContain('\n');
  });
});
