import { describe, expect, it } from 'vitest';
import type { MonitorOptions } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('wrong options of a monitor', () => {
  useFakeTime();
  const stage = useStage();

  it.each([
    [null, TypeError, 'Invalid options: expected an object, got null'],
    ['30s', TypeError, 'Invalid options: expected an object, got "30s"'],
    [
      { intervalMs: '1' },
      TypeError,
      'Invalid intervalMs: expected a number of milliseconds, got "1"',
    ],
    [
      { intervalMs: null },
      TypeError,
      'Invalid intervalMs: expected a number of milliseconds, got null',
    ],
    [
      { intervalMs: 1n },
      TypeError,
      'Invalid intervalMs: expected a number of milliseconds, got 1n',
    ],
    [
      { intervalMs: NaN },
      RangeError,
      'Invalid intervalMs: expected 0 or more milliseconds, got NaN',
    ],
    [{ intervalMs: -1 }, RangeError, 'Invalid intervalMs: expected 0 or more milliseconds, got -1'],
    [{ intervalMs: 0 }, RangeError, 'Invalid intervalMs: expected 1 ms or more, got 0'],
    [{ intervalMs: 0.99 }, RangeError, 'Invalid intervalMs: expected 1 ms or more, got 0.99'],
    [
      { warnAfterMs: false },
      TypeError,
      'Invalid warnAfterMs: expected a number of milliseconds, got false',
    ],
    [
      { warnAfterMs: -0.1 },
      RangeError,
      'Invalid warnAfterMs: expected 0 or more milliseconds, got -0.1',
    ],
    [
      { warnAfterMs: NaN },
      RangeError,
      'Invalid warnAfterMs: expected 0 or more milliseconds, got NaN',
    ],
    [
      { abortAfterMs: {} },
      TypeError,
      'Invalid abortAfterMs: expected a number of milliseconds, got an instance of Object',
    ],
    [
      { abortAfterMs: NaN },
      RangeError,
      'Invalid abortAfterMs: expected 0 or more milliseconds, got NaN',
    ],
    [
      { abortAfterMs: 119_999 },
      RangeError,
      'Invalid abortAfterMs: 119999 ms is shorter than warnAfterMs 120000 ms, so runs would be recovered before anybody was told of them',
    ],
    [
      { abortAfterMs: 9, warnAfterMs: 10 },
      RangeError,
      'Invalid abortAfterMs: 9 ms is shorter than warnAfterMs 10 ms, so runs would be recovered before anybody was told of them',
    ],
    [{ recover: 1 }, TypeError, 'Invalid recover: expected true, false or a function, got 1'],
    [{ recover: null }, TypeError, 'Invalid recover: expected true, false or a function, got null'],
  ])('%o are refused, and nothing is started', (options, type, message) => {
    const sessions = stage.open();
    const start = () => sessions.monitor(options as MonitorOptions);
    expect(start).toThrow(new type(message));
  });

  it.each([
    [{}],
    [{ intervalMs: 1 }],
    [{ intervalMs: Infinity, warnAfterMs: Infinity }],
    [
      {
        intervalMs: undefined,
        warnAfterMs: undefined,
        abortAfterMs: undefined,
        recover: undefined,
      },
    ],
    [{ warnAfterMs: 0, abortAfterMs: 0 }],
    [{ warnAfterMs: 10, abortAfterMs: 10 }],
    [{ abortAfterMs: Infinity }],
  ])('%o are none', (options) => {
    const monitor = stage.open().monitor(options);
    expect(monitor.sessions()).toEqual([]);
    monitor[Symbol.dispose]();
  });
});
