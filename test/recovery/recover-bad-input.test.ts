import { describe, expect, it } from 'vitest';
import type { RecoveryRequest } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';

/** A wrong call from code that knows no types. */
function wrong(request: unknown): RecoveryRequest {
  return request as RecoveryRequest;
}

describe('a wrong call of recover()', () => {
  const stage = useStage();

  it.each([
    ['no request', undefined, 'Invalid request: expected an object, got undefined'],
    ['null', null, 'Invalid request: expected an object, got null'],
    ['a string', 'run', 'Invalid request: expected an object, got "run"'],
    ['a run id of the wrong type', { runId: 5 }, 'Invalid runId: expected a string, got 5'],
    ['a run id that is null', { runId: null }, 'Invalid runId: expected a string, got null'],
    ['a key of the wrong type', { sessionKey: {} }, 'Invalid sessionKey: expected a string'],
    ['an id of the wrong type', { sessionId: true }, 'Invalid sessionId: expected a string'],
    ['a generation of the wrong type', { runId: 'a', generation: '1' }, 'Invalid generation'],
    ['a silence of the wrong type', { runId: 'a', silentMs: '5' }, 'Invalid silentMs'],
    ['no silence at all', { runId: 'a', silentMs: false }, 'Invalid silentMs'],
    ['a permission of the wrong type', { runId: 'a', allowActiveAbort: 1 }, 'Invalid allowActive'],
    ['a settle time of the wrong type', { runId: 'a', settleMs: null }, 'Invalid settleMs'],
    ['a file of the wrong type', { sessionFile: 5 }, 'Cannot resolve a session file from 5'],
    ['a file that is null', { sessionFile: null }, 'Cannot resolve a session file from null'],
  ])('is a TypeError: %s', async (_name, request, message) => {
    const outcome = stage.open().recover(wrong(request));

    await expect(outcome).rejects.toThrow(TypeError);
    await expect(outcome).rejects.toThrow(message);
  });

  it.each([
    ['an empty run id', { runId: '' }, 'Invalid runId: expected a string that is not empty'],
    ['an empty key', { sessionKey: '' }, 'Invalid sessionKey: expected a string that is not empty'],
    ['an empty id', { sessionId: '' }, 'Invalid sessionId: expected a string that is not empty'],
    ['a generation below 0', { runId: 'a', generation: -1 }, 'Invalid generation'],
    ['half a generation', { runId: 'a', generation: 0.5 }, 'Invalid generation'],
    ['a silence below 0', { runId: 'a', silentMs: -1 }, 'Invalid silentMs'],
    ['a silence that is no number', { runId: 'a', silentMs: NaN }, 'Invalid silentMs'],
    ['a settle time below 0', { runId: 'a', settleMs: -1 }, 'Invalid settleMs'],
    ['a settle time that is no number', { runId: 'a', settleMs: NaN }, 'Invalid settleMs'],
  ])('is a RangeError: %s', async (_name, request, message) => {
    const outcome = stage.open().recover(request);

    await expect(outcome).rejects.toThrow(RangeError);
    await expect(outcome).rejects.toThrow(message);
  });

  it('touches nobody', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'run' });
    const request = { runId: 'run', allowActiveAbort: true, silentMs: NaN };

    await expect(sessions.recover(request)).rejects.toThrow(RangeError);

    expect(run.signal.aborted).toBe(false);
    await run.release();
    expect(stage.told()).toEqual(['requested run', 'granted run', 'ended run']);
  });

  it('a wrong file is told also where the run id says all', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'run' });

    const outcome = sessions.recover(wrong({ runId: 'run', sessionFile: 5 }));

    await expect(outcome).rejects.toThrow(TypeError);
    await run.release();
  });
});
