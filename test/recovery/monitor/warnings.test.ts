import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/recovery/classify.js';
import { Warnings } from '../../../src/recovery/warnings.js';

const STUCK: Finding = { health: 'stuck', sinceMs: 0 };

/** When it is told, looked at every `everyMs` up to `toMs`. */
function toldAt(
  warnings: Warnings,
  subject: object,
  finding: (nowMs: number) => Finding,
  [fromMs, toMs, everyMs]: [number, number, number],
): number[] {
  const told: number[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += everyMs) {
    if (warnings.isDue(subject, finding(nowMs), nowMs)) told.push(nowMs);
  }
  return told;
}

describe('Warnings', () => {
  it('tells of an unchanged session at 60 and at 120 s only, in the first 122 s', () => {
    const warnings = new Warnings(30_000);
    const told = toldAt(warnings, {}, () => STUCK, [60_000, 122_000, 1_000]);
    expect(told).toEqual([60_000, 120_000]);
  });

  it('tells of it each time that it has lasted twice as long', () => {
    const warnings = new Warnings(30_000);
    const told = toldAt(warnings, {}, () => STUCK, [30_000, 3_600_000, 10_000]);
    expect(told).toEqual([30, 60, 120, 240, 480, 960, 1_920].map((seconds) => seconds * 1_000));
  });

  it('tells of nothing twice within warnAfterMs, however young it was', () => {
    // Given something that is told of right after it began
    const warnings = new Warnings(30_000);
    const told = toldAt(warnings, {}, () => STUCK, [1_000, 63_000, 1_000]);
    // Then the next time is a whole warnAfterMs later, and the one after that twice its age
    expect(told).toEqual([1_000, 31_000, 62_000]);
  });

  it('counts from when it began, not from when the clock did', () => {
    const warnings = new Warnings(30_000);
    const finding = { health: 'stuck', sinceMs: 1_000_000 } as const;
    const told = toldAt(warnings, {}, () => finding, [1_030_000, 1_130_000, 1_000]);
    expect(told).toEqual([1_030_000, 1_060_000, 1_120_000]);
  });

  it.each([
    ['stalled', 'stuck'],
    ['long-running', 'stalled'],
    ['long-running', 'stuck'],
  ] as const)('tells at once that what was %s is %s', (before, after) => {
    // Given something that was told of
    const warnings = new Warnings(30_000);
    const subject = {};
    expect(warnings.isDue(subject, { health: before, sinceMs: 0 }, 30_000)).toBe(true);
    expect(warnings.isDue(subject, { health: before, sinceMs: 0 }, 30_001)).toBe(false);
    // When it gets worse
    expect(warnings.isDue(subject, { health: after, sinceMs: 0 }, 30_002)).toBe(true);
    // Then that is held back from then on
    expect(warnings.isDue(subject, { health: after, sinceMs: 0 }, 30_003)).toBe(false);
  });

  it('begins anew where there was progress meanwhile', () => {
    // Given something that was told of several times
    const warnings = new Warnings(30_000);
    const subject = {};
    toldAt(warnings, subject, () => STUCK, [30_000, 480_000, 10_000]);
    // When it moves, and stands still again
    const later: Finding = { health: 'stuck', sinceMs: 500_000 };
    const told = toldAt(warnings, subject, () => later, [530_000, 620_000, 10_000]);
    // Then it is told of like anything new
    expect(told).toEqual([530_000, 560_000, 620_000]);
  });

  it('holds back each session by itself', () => {
    const warnings = new Warnings(30_000);
    const [one, other] = [{}, {}];
    expect(warnings.isDue(one, STUCK, 30_000)).toBe(true);
    expect(warnings.isDue(other, STUCK, 30_000)).toBe(true);
    expect(warnings.isDue(one, STUCK, 31_000)).toBe(false);
    expect(warnings.isDue(other, STUCK, 31_000)).toBe(false);
  });

  it('tells at every look where warnAfterMs is 0 and it has just begun', () => {
    const warnings = new Warnings(0);
    const finding = (nowMs: number): Finding => ({ health: 'stalled', sinceMs: nowMs });
    expect(toldAt(warnings, {}, finding, [0, 3, 1])).toEqual([0, 1, 2, 3]);
  });
});
