import { describe, expect, it } from 'vitest';
import type { MonitorEvent } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('the log of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('has each event with its facts, at a level that says whether it matters', async () => {
    // Given a run that moves, then hangs
    const sessions = stage.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions);
    await pass(25_000);
    run.progress();
    await pass(90_000);
    // Then every event is there, the bad ones as warnings
    const lines = stage.lines.filter(({ facts }) => watch.events.includes(facts as MonitorEvent));
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info session long-running',
      'warn session stalled',
      'warn session stuck',
      'warn session recovery-completed',
    ]);
  });

  it('may fail', async () => {
    // Given a logger that throws and one that rejects
    const fail = (): never => raise(new Error('log'));
    const reject = (): Promise<never> => Promise.reject(new Error('log'));
    const logger = { debug: () => undefined, info: reject, warn: fail, error: fail };
    const monitor = watch.start(stage.open({ logger }));
    monitor.on('stuck', fail);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When a session is recovered
    await pass(30_000);
    await settled();
    // Then that goes on
    expect(watch.told()).toEqual(['stuck k', 'recovery-requested k', 'recovery-completed k']);
  });
});

function raise(error: Error): never {
  throw error;
}
