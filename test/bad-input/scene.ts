import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Coordinator, createCoordinator, type Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import type { TempDir } from '../support/temp-dir.js';
import { until } from '../runs/support/sessions.js';

/** A coordinator with a run in every state, and files of every sort. */
export interface Scene {
  readonly coordinator: Coordinator;
  /** A file that all is well with. */
  readonly good: string;
  at(name: string): string;
  readonly active: Run;
  readonly ended: Run;
  readonly revoked: Run;
  readonly parked: Run;
  /** A joined handle of `active`, and one that was released. */
  readonly joined: Run;
  readonly left: Run;
  /** Ends what the scene began. */
  end(): Promise<void>;
}

/** One bad call: the exact error that it must meet with. */
export interface Row {
  readonly name: string;
  /** May throw or reject. */
  act(scene: Scene): unknown;
  readonly type: string;
  /** What else the error says of itself: `code`, `reason`. */
  readonly has?: object;
  message(scene: Scene): string | RegExp;
}

export async function setScene(dir: TempDir): Promise<Scene> {
  const coordinator = createCoordinator({ isolated: true, settleMs: 0, stuckAfterMs: false });
  const good = dir.join('good.jsonl');
  writeFileSync(good, '');
  mkdirSync(dir.join('folder'));
  symlinkSync('folder', dir.join('to-folder'));
  symlinkSync('round', dir.join('trip'));
  symlinkSync('trip', dir.join('round'));

  const own = (runId: string, signal?: AbortSignal): Promise<Run> =>
    coordinator.acquire({ sessionFile: `memory:${runId}`, runId, signal });
  const active = await own('active');
  const ended = await own('ended');
  await ended.release();
  const controller = new AbortController();
  const revoked = await own('revoked', controller.signal);
  controller.abort(new Error('pressed stop'));
  await until(() => revoked.phase === 'ended');
  const parked = await own('parked');
  const gate = createGate();
  const parking = parked.park(() => gate.opened);
  const join = (): Promise<Run> =>
    coordinator.acquire({ sessionFile: 'memory:active', parent: active, onReentry: 'join' });
  const joined = await join();
  const left = await join();
  await left.release();
  return {
    coordinator,
    good,
    at: (name) => dir.join(name),
    ...{ active, ended, revoked, parked, joined, left },
    end: async () => {
      gate.open();
      await parking;
      await parked.release();
      await active.release();
    },
  };
}
