import { describe, expect, it } from 'vitest';
import { classifyRun } from '../../../src/recovery/classify.js';
import { judgedRun } from './support/judged.js';

const THRESHOLDS = { warnAfterMs: 100, abortAfterMs: 300 };

describe('classifyRun', () => {
  it.each([
    ['active', 99, 'healthy'],
    ['active', 100, 'stalled'],
    ['active', 299, 'stalled'],
    ['active', 300, 'stuck'],
    ['active', 1e9, 'stuck'],
    ['prompting', 99, 'healthy'],
    ['prompting', 100, 'stalled'],
    ['prompting', 300, 'stuck'],
    ['maintaining', 99, 'healthy'],
    ['maintaining', 100, 'long-running'],
    ['maintaining', 300, 'long-running'],
    ['maintaining', 1e9, 'long-running'],
    ['waiting', 0, 'waiting'],
    ['waiting', 1e9, 'waiting'],
    ['parked', 0, 'waiting'],
    ['parked', 1e9, 'waiting'],
  ] as const)('[T6] a run that is %s and silent for %d ms is %s', (phase, nowMs, health) => {
    expect(classifyRun(judgedRun({ phase }), nowMs, THRESHOLDS).health).toBe(health);
  });

  it.each([
    [99, 'healthy', undefined],
    [100, 'long-running', 'active_work'],
    [1e9, 'long-running', 'active_work'],
  ] as const)('a run that moves and has the file for %d ms is %s', (nowMs, health, reason) => {
    const run = judgedRun({ phase: 'prompting', progressMs: nowMs - 1 });
    expect(classifyRun(run, nowMs, THRESHOLDS)).toEqual({
      health,
      ...(reason && { reason }),
      sinceMs: 0,
      silentMs: 1,
    });
  });

  it.each([
    [0, 150, 149, 'long-running', 'active_work'],
    [1, 150, 149, 'long-running', 'queued_behind_active_work'],
    [0, 150, 0, 'stalled', 'active_work_without_progress'],
    [2, 150, 0, 'stalled', 'queued_behind_silent_work'],
    [0, 300, 0, 'stuck', 'active_work_without_progress'],
    [9, 300, 0, 'stuck', 'queued_behind_silent_work'],
  ] as const)(
    '[S7] with %d runs waiting, %d ms after its grant and progress at %d ms it is %s: %s',
    (waiting, nowMs, progressMs, health, reason) => {
      const run = judgedRun({ waiting, progressMs });
      expect(classifyRun(run, nowMs, THRESHOLDS)).toMatchObject({ health, reason });
    },
  );

  it.each([
    ['healthy', 50, 40, 0],
    ['long-running', 250, 240, 0],
    ['stalled', 250, 100, 100],
    ['stuck', 500, 100, 100],
  ])('a run that is %s is so since its grant or its progress', (health, nowMs, atMs, sinceMs) => {
    // Given a run that was granted at 0 and made its last progress later
    const run = judgedRun({ arrivedMs: -1_000, progressMs: atMs });
    // Then what moves is told from its grant on, what does not from its progress on
    expect(classifyRun(run, nowMs, THRESHOLDS)).toMatchObject({
      health,
      sinceMs,
      silentMs: nowMs - atMs,
    });
  });

  it.each([
    ['waiting', { arrivedMs: 7, parkedMs: 0 }],
    ['parked', { arrivedMs: 1, parkedMs: 7 }],
  ] as const)('[R10] a run that is %s is told since then, and has no silence', (phase, options) => {
    const run = judgedRun({ phase, ...options });
    expect(classifyRun(run, 1e6, THRESHOLDS)).toEqual({ health: 'waiting', sinceMs: 7 });
  });

  it.each([
    [100, 199, 'healthy'],
    [100, 200, 'stalled'],
    [100, 400, 'stuck'],
  ] as const)(
    '[S3] of its silence %d ms in which the process stood still do not count: at %d ms it is %s',
    (excusedMs, nowMs, health) => {
      const run = judgedRun({ excusedMs, grantedMs: 100, progressMs: 0 });
      expect(classifyRun(run, nowMs, THRESHOLDS)).toMatchObject({
        health,
        silentMs: nowMs - excusedMs,
      });
    },
  );

  it('silence is never less than nothing', () => {
    const run = judgedRun({ progressMs: 10, excusedMs: 1_000 });
    expect(classifyRun(run, 20, THRESHOLDS)).toMatchObject({ health: 'healthy', silentMs: 0 });
  });
});

describe('the patience that a run has asked for', () => {
  it.each([
    ['its own stuckAfterMs, longer than both', { ownMs: 500 }, 499, 'long-running'],
    ['its own stuckAfterMs, passed', { ownMs: 500 }, 500, 'stuck'],
    ['its own stuckAfterMs, between the two', { ownMs: 200 }, 199, 'long-running'],
    ['its own stuckAfterMs, between the two, passed', { ownMs: 200 }, 200, 'stalled'],
    ['its own stuckAfterMs, shorter than both', { ownMs: 5 }, 99, 'healthy'],
    ['no limit of its own', {}, 300, 'stuck'],
    ['any silence', { ownMs: Infinity }, 1e9, 'long-running'],
    ['a declared silence', { silentMs: [500] }, 499, 'long-running'],
    ['a declared silence, passed', { silentMs: [500] }, 500, 'stuck'],
    ['the longest of several', { silentMs: [10, 500, 0] }, 499, 'long-running'],
    ['a prompt that declares none', { silentMs: [0] }, 300, 'stuck'],
    ['the longest of all', { ownMs: 400, silentMs: [500] }, 499, 'long-running'],
  ] as const)('[T6] is respected: %s', (_, options, nowMs, health) => {
    expect(classifyRun(judgedRun(options), nowMs, THRESHOLDS).health).toBe(health);
  });
});

describe('a run that is finishing', () => {
  it.each([
    [1_000, 'long-running'],
    [1_499, 'long-running'],
    [1_500, 'stuck'],
  ] as const)(
    '[T6] has its time to settle from when it began to: at %d ms it is %s',
    (nowMs, health) => {
      // Given a run that was silent for long, and finishes since then
      const run = judgedRun({ phase: 'finishing', finishingMs: 1_000, settleMs: 500 });
      expect(classifyRun(run, nowMs, THRESHOLDS).health).toBe(health);
    },
  );

  it('has no more than that, whatever it has asked for while it was at work', () => {
    const run = judgedRun({
      phase: 'finishing',
      finishingMs: 1_000,
      settleMs: 50,
      ownMs: 1e6,
      silentMs: [1e6],
    });
    expect(classifyRun(run, 1_050, THRESHOLDS)).toMatchObject({ health: 'stuck', silentMs: 50 });
  });
});
