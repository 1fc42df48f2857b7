import type { Coordinator } from '../../../../src/index.js';

type Wait = (sessions: Coordinator, sessionFile: string, signal?: AbortSignal) => Promise<unknown>;

/** Each way to wait for a turn, or a section, of a file. */
export const WAYS: readonly (readonly [string, Wait])[] = [
  [
    'run',
    (sessions, sessionFile, signal) => sessions.run({ sessionFile, signal, waitMs: 50 }, () => 1),
  ],
  [
    'acquire',
    (sessions, sessionFile, signal) => sessions.acquire({ sessionFile, signal, waitMs: 50 }),
  ],
  ['admit', (sessions, sessionFile, signal) => sessions.admit({ sessionFile, signal, waitMs: 50 })],
  [
    'admit with interrupt',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'interrupt', waitMs: 50 }),
  ],
  [
    'admit with steer',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'steer', waitMs: 50 }),
  ],
  [
    'admit with skip',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'skip', waitMs: 50 }),
  ],
  [
    'write',
    (sessions, sessionFile, signal) => sessions.write(sessionFile, () => 1, { signal, waitMs: 50 }),
  ],
];
