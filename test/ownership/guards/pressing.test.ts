import { describe, expect, it } from 'vitest';
import type { RunKind } from '../../../src/index.js';
import { ask } from '../../admission/support/scene.js';
import { useStage } from '../support/stage.js';

const FILE = 'memory:a';

describe('a run that has interrupted another, and one that has done so after it', () => {
  const stage = useStage();

  it.each<[string, RunKind, RunKind, boolean]>([
    ['is asked to give way to a more urgent one', 'cron', 'person', true],
    ['is not asked to give way to a less urgent one', 'person', 'cron', false],
    ['is not asked to give way to one as urgent', 'person', 'person', false],
  ])('%s', async (_, kind, otherKind, isAsked) => {
    // Given two that wait for the end of a run that they have interrupted
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const interrupt = { sessionFile: FILE, mode: 'interrupt', force: true } as const;
    const first = await ask(sessions, { ...interrupt, kind }, 'interrupting');
    const second = await ask(sessions, { ...interrupt, kind: otherKind }, 'interrupting');

    // When the first of them gets its turn
    await owner.release();
    const run = await first.ticket.acquire();

    // Then
    expect([run.yieldSignal.aborted, run.signal.aborted]).toEqual([isAsked, false]);
    second.ticket.cancel();
    await run.release();
  });
});
