import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';

describe('interrupt() of a run that gave its turn up and came back', () => {
  const stage = useStage();

  async function comeBack(sessions: Coordinator): Promise<Run> {
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'back' });
    await run.park(() => undefined);
    expect(run.generation).toBe(2);
    return run;
  }

  it.each([0, 1, 3])(
    '[I4] [S4] leaves it alone where generation %d is meant',
    async (generation) => {
      // Given a run in its second turn
      const sessions = stage.open();
      const run = await comeBack(sessions);

      // When another turn of it is interrupted
      const outcome = await sessions.interrupt({ runId: 'back', generation });

      // Then nothing is done
      expect(outcome).toMatchObject({ status: 'stale', settled: false, run: { generation: 2 } });
      expect(run.signal.aborted).toBe(false);
      await run.release();
    },
  );

  it('[I4] stops it where its second turn is meant', async () => {
    const sessions = stage.open();
    const run = await comeBack(sessions);
    run.signal.addEventListener('abort', () => void run.release());

    const outcome = await sessions.interrupt({ runId: 'back', generation: 2 });

    expect(outcome).toMatchObject({ status: 'ended', settled: true, run: { end: 'interrupted' } });
  });

  it('[S4] stops it whatever generation a label comes with', async () => {
    const sessions = stage.open();
    const run = await comeBack(sessions);
    run.signal.addEventListener('abort', () => void run.release());

    const target = { sessionFile: 'memory:a', generation: 1 };

    expect(await sessions.interrupt(target)).toMatchObject({ status: 'ended' });
  });
});
