import { describe, expect, it } from 'vitest';
import { InvalidSessionFileError, type SessionReport } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useWatch } from './support/watch.js';

const STATES = 'one of processing, waiting, idle';
const EVENTS = 'one of long-running, stalled, stuck, recovery-requested, recovery-completed';

describe('a wrong report', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it.each([
    [undefined, TypeError, 'Invalid state: expected an object, got undefined'],
    ['idle', TypeError, 'Invalid state: expected an object, got "idle"'],
    [{ sessionKey: 'k' }, TypeError, `Invalid state: expected ${STATES}, got undefined`],
    [
      { sessionKey: 'k', state: 'busy' },
      RangeError,
      `Invalid state: expected ${STATES}, got "busy"`,
    ],
    [
      { state: 'idle' },
      TypeError,
      'Invalid state: expected sessionFile, sessionKey or sessionId, got an instance of Object',
    ],
    [
      { state: 'idle', sessionKey: '' },
      RangeError,
      'Invalid sessionKey: expected a string that is not empty, got ""',
    ],
    [
      { state: 'idle', sessionKey: null },
      TypeError,
      'Invalid sessionKey: expected a string, got null',
    ],
    [{ state: 'idle', sessionId: 7 }, TypeError, 'Invalid sessionId: expected a string, got 7'],
    [
      { state: 'idle', sessionId: '' },
      RangeError,
      'Invalid sessionId: expected a string that is not empty, got ""',
    ],
    [
      { state: 'idle', sessionKey: 'k', queueDepth: '1' },
      TypeError,
      'Invalid queueDepth: expected a number, got "1"',
    ],
    [
      { state: 'idle', sessionKey: 'k', queueDepth: -1 },
      RangeError,
      'Invalid queueDepth: expected a whole number from 0, got -1',
    ],
    [
      { state: 'idle', sessionKey: 'k', queueDepth: 1.5 },
      RangeError,
      'Invalid queueDepth: expected a whole number from 0, got 1.5',
    ],
    [
      { state: 'idle', sessionKey: 'k', queueDepth: NaN },
      RangeError,
      'Invalid queueDepth: expected a whole number from 0, got NaN',
    ],
    [
      { state: 'idle', sessionKey: 'k', queueDepth: Infinity },
      RangeError,
      'Invalid queueDepth: expected a whole number from 0, got Infinity',
    ],
    [
      { state: 'idle', sessionKey: 'k', sessionFile: 7 },
      TypeError,
      'Cannot resolve a session file from 7: a path, a URL or a SessionFile is wanted',
    ],
  ])('%o is refused', (report, type, message) => {
    const monitor = watch.start(stage.open());
    const tell = () => monitor.report(report as SessionReport);
    expect(tell).toThrow(new type(message));
    expect(monitor.sessions()).toEqual([]);
  });

  it.each([
    ['', 'empty', {}],
    ['', 'empty', { sessionKey: 'k' }],
    ['  ', 'empty', { sessionKey: 'k' }],
    ['a\0b', 'nul', { sessionKey: 'k' }],
    [new URL('https://host/a.jsonl'), 'marker', { sessionKey: 'k' }],
  ])('with the file %o is refused as the file of a request is', (sessionFile, reason, labels) => {
    const monitor = watch.start(stage.open());
    const tell = () => monitor.report({ state: 'idle', sessionFile, ...labels });
    expect(tell).toThrow(InvalidSessionFileError);
    expect(tell).toThrow(expect.objectContaining({ reason }));
    expect(monitor.sessions()).toEqual([]);
  });

  it('changes nothing of what was known', () => {
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 1 });
    const before = monitor.sessions();
    const wrong = { sessionKey: 'k', state: 'idle', sessionFile: '', queueDepth: 2 } as const;
    expect(() => monitor.report(wrong)).toThrow(Error);
    expect(monitor.sessions()).toEqual(before);
  });

  it.each([
    ['stucked', RangeError, `Invalid event: expected ${EVENTS}, got "stucked"`],
    [undefined, TypeError, `Invalid event: expected ${EVENTS}, got undefined`],
  ])('listening to %s is refused', (event, type, message) => {
    const monitor = watch.start(stage.open());
    const listen = () => monitor.on(event as 'stuck', () => undefined);
    expect(listen).toThrow(new type(message));
  });

  it('listening with anything but a function is refused', () => {
    const monitor = watch.start(stage.open());
    const listen = () => monitor.on('stuck', {} as () => void);
    expect(listen).toThrow(
      new TypeError('Invalid listener: expected a function, got an instance of Object'),
    );
  });
});
