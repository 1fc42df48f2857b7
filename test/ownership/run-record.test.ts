import { describe, expect, it, vi } from 'vitest';
import { runChild } from '../support/child.js';
import { useStage } from './support/stage.js';

const SCENARIO = new URL('./support/memory-scenario.ts', import.meta.url);
const FILE = 'memory:a';

describe('RunRecord', () => {
  const stage = useStage();

  it.each(['fromOldContext', 'eachFromTheLast'])(
    '[D7][A7] 100,000 runs leave the heap flat: %s',
    async (scenario) => {
      const { code, stdout, stderr } = await runChild(SCENARIO, {
        args: [scenario],
        execArgv: ['--expose-gc'],
      });

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { grownBytes } = JSON.parse(stdout) as { grownBytes: number };
      // 20 bytes a run would be 2 MB; a record is some 500.
      expect(grownBytes).toBeLessThan(2_000_000);
    },
  );

  it('a view is frozen, plain and survives the end of its run', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, sessionKey: 'lane', kind: 'cron' });
    run.progress('thinking');
    const view = run.toJSON();
    await run.release();

    expect(Object.isFrozen(view)).toBe(true);
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view).toMatchObject({
      sessionFile: FILE,
      sessionKey: 'lane',
      kind: 'cron',
      phase: 'active',
      generation: 1,
      progressNote: 'thinking',
      waiting: 0,
    });
    expect(run.toJSON()).toMatchObject({ phase: 'ended', end: 'released' });
  });

  it('two looks at one instant agree, whenever they are taken', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });

    const { requestedAtMs, grantedAtMs } = run;
    const clock = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(clock + 60_000);

    expect(run.toJSON()).toMatchObject({ requestedAtMs, grantedAtMs });
    vi.restoreAllMocks();
    await run.release();
  });
});
