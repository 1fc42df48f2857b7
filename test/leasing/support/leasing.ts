import { afterEach, beforeEach, expect } from 'vitest';
import type { Coordinator, CoordinatorOptions } from '../../../src/index.js';
import { type Stage, useStage } from '../../ownership/support/stage.js';
import { loopTurn } from '../../runs/support/sessions.js';
import { useTempDir } from '../../support/temp-dir.js';
import { FakeLeases } from './fake-leases.js';

export interface Leasing {
  /** Of the running test. */
  readonly provider: FakeLeases;
  readonly stage: Stage;
  /** A session file of the running test; nothing is created. */
  file(name?: string): string;
  /** A coordinator with the provider. */
  open(options?: CoordinatorOptions): Coordinator;
}

/**
 * Files with leases. After each test every lease was given back once or lost, nobody asks for one
 * any more, and the table is empty.
 */
export function useLeasing(): Leasing {
  const stage = useStage();
  const dir = useTempDir();
  let provider = new FakeLeases();
  beforeEach(() => {
    provider = new FakeLeases();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') return;
    await turns();
    expect(provider.held, 'leases that were never given back').toEqual([]);
    expect(provider.asked, 'wishes that nobody has any more').toEqual([]);
    const returned = provider.leases.filter(({ releases }) => releases > 1);
    expect(returned, 'leases that were given back twice').toEqual([]);
  });
  return {
    get provider() {
      return provider;
    },
    stage,
    file: (name = 'session.jsonl') => dir.join(name),
    open: (options = {}) => stage.open({ leases: provider, settleMs: 60_000, ...options }),
  };
}

/** Long enough for all that needs no timer, and no file system, to happen. */
export async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await loopTurn();
}
