import { describe, expect, it, vi } from 'vitest';
import type { OwnershipEvent, Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { watchGrants } from './support/records.js';
import { ask } from './support/scene.js';

const FILE = 'memory:a';

describe('whenFree()', () => {
  useFakeTime();
  const stage = useStage();

  it('[R6] goes on waiting for a run that a listener started, and tells when that has ended', async () => {
    // Given a listener that takes the file in the very moment in which it becomes free
    let taken: Promise<Run> | undefined;
    const onEvent = ({ type, runId }: OwnershipEvent): void => {
      if (type !== 'ended' || runId !== 'first') return;
      taken = sessions.acquire({ sessionFile: FILE, runId: 'second' });
    };
    const sessions = stage.open({ onEvent });
    const first = await sessions.acquire({ sessionFile: FILE, runId: 'first' });
    const { whenFree } = await ask(sessions, { sessionFile: FILE, mode: 'skip' }, 'busy');
    const free = whenFree();
    await settled();

    // When the first run ends
    await first.release();
    const second = await taken;
    expect(await stateOf(free)).toBe('pending');
    // And the second one
    await second?.release();

    // Then the file is told to be free
    expect(await stateOf(free)).toEqual({ value: true });
  });

  it.each([
    ['its signal fires', (stop: AbortController) => Promise.resolve(stop.abort())],
    ['its time is up', () => vi.advanceTimersByTimeAsync(100)],
  ])('leaves nothing behind where %s', async (_, giveUp) => {
    const sessions = stage.open();
    const granted = watchGrants();
    await using run = await sessions.acquire({ sessionFile: FILE });
    const { whenFree } = await ask(sessions, { sessionFile: FILE, mode: 'skip' }, 'busy');
    const stop = new AbortController();
    const free = whenFree({ signal: stop.signal, waitMs: 100 });
    const listeners = () => granted()[0]?.queue?.freeListeners?.size;
    expect(listeners()).toBe(1);

    await giveUp(stop);

    expect(await free).toBe(false);
    expect(listeners()).toBe(0);
    expect(run.phase).toBe('active');
  });
});
