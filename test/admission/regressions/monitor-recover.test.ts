import { describe, expect, it, vi } from 'vitest';
import type { MonitorEvent, MonitorOptions } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useSessions } from '../../runs/support/sessions.js';

/** What code without types may hand over. */
type Recover = Exclude<MonitorOptions['recover'], boolean | undefined>;

describe('a recovery that the host does itself', () => {
  useFakeTime();
  const sessions = useSessions();

  /** A monitor that finds one session stuck at its first look. */
  async function lookWith(recover: unknown): Promise<MonitorEvent[]> {
    const monitor = sessions
      .create()
      .monitor({ warnAfterMs: 1, abortAfterMs: 1, recover: recover as Recover });
    const completed: MonitorEvent[] = [];
    monitor.on('recovery-completed', (event) => completed.push(event));
    monitor.report({ sessionKey: 'lane', state: 'processing' });
    await vi.advanceTimersByTimeAsync(10);
    await monitor.check();
    monitor[Symbol.dispose]();
    return completed;
  }

  it.each([
    ['nothing', () => undefined],
    ['a text', () => 'done'],
    ['an object without a status', () => ({})],
  ])('counts as failed where it answers %s', async (_, recover) => {
    // When
    const completed = await lookWith(recover);

    // Then
    expect(completed).toMatchObject([{ outcome: { status: 'failed', reason: 'exception' } }]);
  });

  it('counts as failed where it throws what cannot be told as text', async () => {
    // Given
    const thrown: unknown = Object.create(null);

    // When
    const completed = await lookWith(() => {
      throw thrown;
    });

    // Then
    expect(completed).toMatchObject([{ outcome: { status: 'failed', reason: 'exception' } }]);
  });
});
