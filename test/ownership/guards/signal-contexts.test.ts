import { describe, expect, it } from 'vitest';
import { type Coordinator, DeadlockError, type Run } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { useStage } from '../support/stage.js';

const FILE = 'memory:a';

describe('a listener that a run has put on its own signal', () => {
  const stage = useStage();

  /** What it comes to that the listener asks for the file of its run. */
  async function heard(
    signalOf: (run: Run) => AbortSignal,
    act: (sessions: Coordinator) => unknown,
  ): Promise<unknown> {
    const sessions = stage.open();
    const asked = createGate<unknown>();
    const started = createGate();
    const done = sessions.run({ sessionFile: FILE, kind: 'cron' }, async (run) => {
      signalOf(run).addEventListener('abort', () => {
        const attempt = sessions.acquire({ sessionFile: FILE, waitMs: 1 });
        attempt.then(asked.open, asked.open);
      });
      started.open();
      await asked.opened;
    });
    done.catch(() => {});
    await started.opened;
    const acted = act(sessions);
    const outcome = await asked.opened;
    await done.catch(() => {});
    await acted;
    return outcome;
  }

  it('[D4] is part of that run, whoever has stopped it', async () => {
    const outcome = await heard(
      ({ signal }) => signal,
      (sessions) => sessions.interrupt({ sessionFile: FILE }),
    );

    expect(outcome).toBeInstanceOf(DeadlockError);
  });

  it('[D4] is part of that run, whoever it should give way to', async () => {
    const outcome = await heard(
      ({ yieldSignal }) => yieldSignal,
      (sessions) => sessions.run({ sessionFile: FILE }, () => 'a person'),
    );

    expect(outcome).toBeInstanceOf(DeadlockError);
  });
});
