import { describe, expect, it } from 'vitest';
import {
  declaredSilenceMs,
  maintenanceDueMs,
  phaseOf,
  type TurnWindow,
} from '../../src/ownership/run/windows.js';

const prompting = (silentMs = 0): TurnWindow => ({
  phase: 'prompting',
  silentMs,
  dueAtMs: Infinity,
  spareMs: 0,
});
const maintaining = (dueAtMs = 0): TurnWindow => ({
  phase: 'maintaining',
  silentMs: 0,
  dueAtMs,
  spareMs: 0,
});

describe('phaseOf', () => {
  it.each([
    ['active', 'no windows at all', undefined],
    ['active', 'none open', []],
    ['prompting', 'a prompt', [prompting()]],
    ['maintaining', 'maintenance', [maintaining()]],
    ['maintaining', 'maintenance beside a prompt', [prompting(), maintaining()]],
    ['maintaining', 'a prompt beside maintenance', [maintaining(), prompting()]],
  ] as const)('is %s with %s', (phase, _, windows) => {
    expect(phaseOf(windows && new Set(windows))).toBe(phase);
  });
});

describe('declaredSilenceMs', () => {
  it.each([
    [0, undefined],
    [0, [prompting(), maintaining(9)]],
    [7, [prompting(7), prompting(3)]],
    [7, [prompting(3), prompting(7)]],
    [Infinity, [prompting(3), prompting(Infinity)]],
  ] as const)('is the longest: %d', (silentMs, windows) => {
    expect(declaredSilenceMs(windows && new Set(windows))).toBe(silentMs);
  });
});

describe('maintenanceDueMs', () => {
  it.each([
    [-Infinity, undefined],
    [-Infinity, [prompting(9)]],
    [5, [maintaining(5), prompting()]],
    [8, [maintaining(8), maintaining(5)]],
    [8, [maintaining(5), maintaining(8)]],
  ] as const)('is the last: %d', (dueAtMs, windows) => {
    expect(maintenanceDueMs(windows && new Set(windows))).toBe(dueAtMs);
  });
});
