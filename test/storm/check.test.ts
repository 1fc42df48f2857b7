import { describe, expect, it } from 'vitest';
import { checkStorm } from '../../tools/storm/check/check.js';
import type { Line } from '../../tools/storm/journal.js';
import { content, done, dying, killed, stopped, traces, turn } from './support/traces.js';

const SILENCE_MS = 2_000;

function rulesOf(lines: readonly Line[], text: string, storm: readonly Line[] = []): string[] {
  const facts = checkStorm([traces(lines, text)], storm, SILENCE_MS);
  return facts.flatMap(({ findings }) => findings.map(({ rule }) => rule));
}

describe('checkStorm()', () => {
  it('finds nothing where one turn follows the other', () => {
    const lines = [...turn({ pid: 1, token: 1, at: 0 }), ...turn({ pid: 2, token: 2, at: 100 })];

    expect(rulesOf(lines, content([1, 2]))).toEqual([]);
  });

  it('finds a look that saw the lease as held after it was granted to another', () => {
    const late = done(1, 115, 'check', { token: '1', from: 112, held: true });
    const lines = [...turn({ pid: 1, token: 1, at: 0 }), ...turn({ pid: 2, token: 2, at: 100 })];

    expect(rulesOf([...lines, late], content([1, 2]))).toEqual(['overlap']);
  });

  it('lets a look pass that was over, and written down late', () => {
    const late = done(1, 115, 'check', { token: '1', from: 90, held: true });
    const lines = [...turn({ pid: 1, token: 1, at: 0 }), ...turn({ pid: 2, token: 2, at: 100 })];

    expect(rulesOf([...lines, late], content([1, 2]))).toEqual([]);
  });

  it('finds a token that was granted twice', () => {
    const lines = [...turn({ pid: 1, token: 1, at: 0 }), ...turn({ pid: 2, token: 1, at: 100 })];

    expect(rulesOf(lines, content([1, 1], [1, 2]))).toContain('token twice');
  });

  it('finds a token that is lower than that of an earlier grant', () => {
    const lines = [...turn({ pid: 1, token: 2, at: 0 }), ...turn({ pid: 2, token: 1, at: 100 })];

    expect(rulesOf(lines, content([2, 1], [1, 2]))).toContain('token fell');
  });

  it('finds two turns under one lease', () => {
    const second = [
      done(1, 14, 'turn', { token: '1', lane: 'b' }),
      done(1, 50, 'turned', { token: '1', lane: 'b' }),
    ];

    expect(rulesOf([...turn({ pid: 1, token: 1, at: 0 }), ...second], content([1]))).toEqual([
      'two turns of one lease',
    ]);
  });

  it('finds a written record that is not there', () => {
    expect(rulesOf(turn({ pid: 1, token: 1, at: 0 }), '')).toEqual(['lost record']);
  });

  it('finds a written record that was cut', () => {
    const cut = content([1]).replace('xxx', '');

    expect(rulesOf(turn({ pid: 1, token: 1, at: 0 }), cut)).toEqual(['lost record']);
  });

  it('finds a record that is there twice', () => {
    expect(rulesOf(turn({ pid: 1, token: 1, at: 0 }), content([1, 1]))).toEqual(['record twice']);
  });

  it('finds a record that nobody wrote', () => {
    expect(rulesOf(turn({ pid: 1, token: 1, at: 0 }), content([1, 9]))).toEqual(['unknown record']);
  });

  describe('where a record is behind one of a later lease', () => {
    const first = turn({ pid: 1, token: 1, at: 0, leaveAt: 200 });
    const second = turn({ pid: 2, token: 2, at: 100 });

    it('finds an overlap', () => {
      expect(rulesOf([...first, ...second], content([2, 1]))).toContain('overlap');
    });

    it('counts it as in flight where the process was stopped between look and write', () => {
      const [facts] = checkStorm(
        [traces([...first, ...second], content([2, 1]))],
        stopped(1, 16, 190),
        SILENCE_MS,
      );

      expect(facts).toMatchObject({ findings: [], inFlight: 1 });
    });

    it.each([
      { when: 'before the look', from: 2, to: 8 },
      { when: 'after the write', from: 210, to: 220 },
      { when: 'by another time', from: 190, to: 230 },
    ])('finds an overlap where the process was stopped $when', ({ from, to }) => {
      expect(rulesOf([...first, ...second], content([2, 1]), stopped(1, from, to))).toContain(
        'overlap',
      );
    });

    it('finds an overlap where another process was stopped', () => {
      expect(rulesOf([...first, ...second], content([2, 1]), stopped(2, 16, 190))).toContain(
        'overlap',
      );
    });

    it('finds an overlap where nobody looked', () => {
      const blind = first.filter(({ deed }) => deed !== 'check');

      expect(rulesOf([...blind, ...second], content([2, 1]), stopped(1, 16, 190))).toContain(
        'overlap',
      );
    });
  });

  describe('where a holder was killed', () => {
    const dead = turn({ pid: 1, token: 1, at: 0 }).filter(({ deed }) => deed !== 'give');
    const waits = done(2, 10, 'want', { id: '0' });

    it('finds a grant that was not told of it', () => {
      const next = turn({ pid: 2, token: 2, at: 100 });

      expect(rulesOf([...dead, ...next], content([1, 2]), killed(1, 50))).toEqual(['untold death']);
    });

    it('measures the time until the grant of whoever waited', () => {
      const next = turn({ pid: 2, token: 2, at: 100, died: 'run' });
      const lines = [...dead, waits, ...next];
      const [facts] = checkStorm([traces(lines, content([1, 2]))], killed(1, 50), SILENCE_MS);

      expect(facts).toMatchObject({ findings: [], recoveryMs: [51] });
    });

    it('finds that others only waited for the end of its lease, time and again', () => {
      const deaths = [1, 2, 3, 4].map((token) => ({ pid: token, token, at: 3_000 * token }));
      const lines = deaths.flatMap((death) => dying(death));
      const storm = deaths.flatMap(({ pid, at }) => killed(pid, at + 50));

      expect(rulesOf(lines, '', storm)).toEqual(['slow recovery']);
    });
  });

  it('finds a file that cannot be had at the end', () => {
    const lines = turn({ pid: 1, token: 1, at: 0 });
    const facts = checkStorm([{ ...traces(lines, content([1])), lines }], [], SILENCE_MS);

    expect(facts[0]?.findings.map(({ rule }) => rule)).toEqual(['not acquirable']);
  });

  it.each([
    { what: 'the last claim with what was said beside it', locks: ['epoch', '7.free', '7.who'] },
    { what: 'the claim before', locks: ['epoch', '6', '6.who', '6.died', '7.free'] },
  ])('lets $what stay in the lock folder', ({ locks }) => {
    const lines = turn({ pid: 1, token: 1, at: 0 });
    const facts = checkStorm([{ ...traces(lines, content([1])), locks }], [], SILENCE_MS);

    expect(facts[0]?.findings).toEqual([]);
  });

  it.each([
    { what: 'nothing', locks: [] },
    { what: 'a claim that is taken', locks: ['epoch', '7'] },
    { what: 'three claims', locks: ['epoch', '5.free', '6.free', '7.free'] },
    { what: 'a death that nobody is told of', locks: ['epoch', '7.free', '7.died'] },
    { what: 'half of a claim', locks: ['epoch', '7.free', 'new-1-2'] },
    { what: 'the mark of a wait', locks: ['epoch', '7.free', 'wait-1-2'] },
  ])('finds $what in the lock folder', ({ locks }) => {
    const lines = turn({ pid: 1, token: 1, at: 0 });
    const facts = checkStorm([{ ...traces(lines, content([1])), locks }], [], SILENCE_MS);

    expect(facts[0]?.findings.map(({ rule }) => rule)).toEqual(['left behind']);
  });
});
