import type { Scenario } from './support/scenario.js';

const ONCE = ['acquire', 'release'] as const;
const AGAIN = ['acquire', 'release', 'acquire'] as const;

/** Small enough for many of all orders. */
export const SMALL: Readonly<Record<string, Scenario>> = {
  'nothing but a wish': { deeds: [ONCE, ONCE] },
  'a free file': { deeds: [ONCE, ONCE, ['acquire']], names: ['4.free'] },
  'a dead holder': { deeds: [ONCE, ONCE, ['acquire']], names: ['4'] },
  'a killed process': { deeds: [ONCE, ONCE, ['acquire']], names: ['4.free'], crashes: 1 },
  'a process that stands still': { deeds: [ONCE, ONCE, ONCE], names: ['4.free'], suspensions: 1 },
  'a call that fails': { deeds: [ONCE, ONCE, ['acquire']], names: ['4.free'], failures: 1 },
  'a listing that misses a rename': {
    deeds: [ONCE, ONCE, ['acquire']],
    names: ['4.free'],
    misses: 1,
  },
  'a claim that is withdrawn after somebody has looked at it': {
    deeds: [['acquire'], ['acquire'], ['acquire']],
    names: ['4.free'],
    failures: 1,
    prologue: ['A 3', 'A suspend', 'B 2', 'A resume'],
  },
  'no hard links': { deeds: [ONCE, ONCE, ['acquire']], traits: { hasNoLinks: true } },
  'no hard links, and a call that fails': {
    deeds: [ONCE, ONCE, ['acquire']],
    traits: { hasNoLinks: true },
    names: ['4.free'],
    failures: 1,
    isFine: true,
  },
  'a folder that is removed': {
    deeds: [ONCE, ['doctor'], ['acquire']],
    names: ['4.free'],
    isFine: true,
  },
};

/** Too large for that. */
export const LARGE: Readonly<Record<string, Scenario>> = {
  'pauses and kills': {
    deeds: [ONCE, AGAIN, AGAIN, AGAIN],
    names: ['4.free'],
    suspensions: 3,
    crashes: 1,
  },
  'pauses where nothing was': { deeds: [ONCE, AGAIN, AGAIN, AGAIN], suspensions: 3, crashes: 1 },
  'pauses and failures': {
    deeds: [ONCE, AGAIN, AGAIN, AGAIN],
    names: ['4.free'],
    failures: 2,
    suspensions: 2,
  },
  'no hard links': {
    deeds: [AGAIN, AGAIN, ONCE, ONCE],
    traits: { hasNoLinks: true },
    suspensions: 2,
    crashes: 1,
  },
  'a doctor, twice': {
    deeds: [
      ONCE,
      ['acquire', 'update', 'release', 'doctor', 'acquire'],
      ['doctor', 'acquire'],
      AGAIN,
    ],
    isFine: true,
  },
  'a doctor, and a holder from before': {
    deeds: [['acquire', 'update', 'release', 'acquire'], ONCE, ['doctor'], ONCE, ['acquire']],
    names: ['4.free'],
    isFine: true,
    prologue: ['A deed', 'A suspend', 'B deed', 'B deed'],
  },
  'a doctor, a holder and a look from before': {
    deeds: [AGAIN, ONCE, ['doctor'], ONCE, ['acquire']],
    names: ['4.free'],
    isFine: true,
    prologue: ['E 1', 'A deed', 'A suspend', 'B deed', 'B deed'],
  },
  'a doctor, and a first claim from before': {
    deeds: [AGAIN, ONCE, ['doctor'], ONCE, ['acquire']],
    isFine: true,
    prologue: ['E 5', 'A deed', 'A suspend', 'B deed', 'B deed'],
  },
};
