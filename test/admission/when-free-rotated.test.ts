import { describe, expect, it } from 'vitest';
import type { HoldingRun } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { ask, askToWait, serve } from './support/scene.js';

describe('whenFree() of a file that its owner moves to another', () => {
  const dir = useTempDir();
  const stage = useStage();

  async function rotated() {
    const sessions = stage.open({ maxWaiting: 1 });
    const [sessionFile, next] = [dir.join('s.jsonl'), dir.join('next.jsonl')];
    const run = await sessions.acquire({ sessionFile, runId: 'holder' });
    const { whenFree } = await ask(sessions, { sessionFile, mode: 'skip' }, 'busy');
    return { sessions, sessionFile, next, run, whenFree };
  }

  it('[P8] is not free by that: requests for its old name follow the owner', async () => {
    const { sessions, sessionFile, next, run, whenFree } = await rotated();
    const free = whenFree();
    await settled();

    await run.transcript.rotate(next);

    expect(await stateOf(free)).toBe('pending');
    const { holder } = await ask(sessions, { sessionFile, mode: 'skip' }, 'busy');
    expect((holder as HoldingRun).sessionFile).toBe(next);
    await run.release();
    expect(await free).toBe(true);
  });

  it('tells where it is asked only after the move', async () => {
    const { next, run, whenFree } = await rotated();
    await run.transcript.rotate(next);

    const free = whenFree();
    expect(await stateOf(free)).toBe('pending');
    await run.release();

    expect(await free).toBe(true);
  });

  it('tells when that owner has ended, although those that waited go on with the other file', async () => {
    // Given a run that waits, and is moved with the owner
    const { sessions, sessionFile, next, run, whenFree } = await rotated();
    const waiter = await askToWait(sessions, { sessionFile, runId: 'waiter' });
    const free = whenFree();
    await run.transcript.rotate(next);

    // When the owner ends
    await run.release();
    const owner = await waiter.acquire();

    // Then that one owns the other file, and the first one is free
    expect(owner.sessionFile).toBe(next);
    expect(await free).toBe(true);
    const { ticket } = await ask(sessions, { sessionFile, mode: 'skip' }, 'run');
    await serve(ticket);
    await owner.release();
  });

  it('lets tickets follow to the other file', async () => {
    const { sessions, sessionFile, next, run } = await rotated();
    const waiter = await askToWait(sessions, { sessionFile, runId: 'waiter' });

    await run.transcript.rotate(next);
    expect(sessions.runs.waitingFor(next).map(({ runId }) => runId)).toEqual(['waiter']);
    await run.release();
    expect(await serve(waiter)).toBe('waiter');
  });
});
