import type { Coordinator, RunRequest } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { until } from '../../runs/support/sessions.js';
import { settled } from '../../ownership/support/steps.js';
import { openMaintenance, openPrompt } from '../../transcript/windows/support/windows.js';

/** How a file may be found. Ends what it has begun. */
export type State = (sessions: Coordinator, file: string) => Promise<() => Promise<void>>;

/** Takes every message, so that only its state can keep it from doing so. */
function holder(sessionFile: string): RunRequest {
  return { sessionFile, runId: 'holder', steer: () => true };
}

const free: State = () => Promise.resolve(() => Promise.resolve());

const held: State = async (sessions, file) => {
  const run = await sessions.acquire(holder(file));
  return () => run.release();
};

const prompting: State = async (sessions, file) => {
  const run = await sessions.acquire(holder(file));
  const window = await openPrompt(run);
  return async () => {
    window.end();
    await window.outcome.catch(() => {});
    await run.release();
  };
};

const toldToStop: State = async (sessions, file) => {
  const end = await prompting(sessions, file);
  const stopped = sessions.interrupt({ runId: 'holder' });
  return async () => {
    await end();
    await stopped;
  };
};

const maintaining: State = async (sessions, file) => {
  const run = await sessions.acquire(holder(file));
  const [window, maintenance] = [await openPrompt(run), await openMaintenance(run, 60_000)];
  return async () => {
    for (const open of [maintenance, window]) {
      open.end();
      await open.outcome.catch(() => {});
    }
    await run.release();
  };
};

/** Its task has answered, and a section of it is still open. */
const finishing: State = async (sessions, file) => {
  const gate = createGate();
  const inside = createGate();
  const outcome = sessions.run(holder(file), async (run) => {
    run.transcript
      .write(() => {
        inside.open();
        return gate.opened;
      })
      .catch(() => {});
    await inside.opened;
  });
  outcome.catch(() => {});
  await inside.opened;
  await until(() => sessions.runs.byRunId('holder')?.phase === 'finishing');
  return async () => {
    gate.open();
    await outcome.catch(() => {});
  };
};

const parked: State = async (sessions, file) => {
  const run = await sessions.acquire(holder(file));
  const pause = createGate();
  const coming = run.park(() => pause.opened);
  await settled();
  return async () => {
    pause.open();
    await coming;
    await run.release();
  };
};

/** It prompts, and as many wait as may. */
const full: State = async (sessions, file) => {
  const end = await prompting(sessions, file);
  const waiter = sessions.acquire({ sessionFile: file, runId: 'waiter' });
  await until(() => sessions.runs.waitingFor(file).length > 0);
  return async () => {
    await end();
    await (await waiter).release();
  };
};

export const STATES = {
  ...{ free, held, prompting, 'told to stop': toldToStop, maintaining, finishing, parked, full },
} as const satisfies Record<string, State>;
