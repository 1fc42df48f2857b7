import type { Judgement } from '../../../../../src/leases/lock-file/liveness.js';
import type { ProcessIdentity } from '../../../../../src/leases/lock-file/identity.js';
import { holderOf } from '../../support/records.js';
import { tell } from './stepper.js';
import type { Contender } from './world.js';

let current = 'nobody';
let others: readonly Contender[] = [];

/** From now on the code that runs is that of this contender. */
export function beOn(id: string, contenders: readonly Contender[]): void {
  current = id;
  others = contenders;
}

/** What a look at its process, and its heartbeat over time, would tell. */
export function verdictOn(id: string | undefined): 'alive' | 'dead' | 'silent' {
  const who = others.find((contender) => contender.id === id);
  if (who === undefined || who.isDead) return 'dead';
  return who.isSuspended ? 'silent' : 'alive';
}

/** In place of liveness.ts. */
export function judge(holder: ProcessIdentity): Judgement {
  const verdict = tell(() => verdictOn(holder.instanceId)) ?? 'alive';
  return { liveness: verdict === 'dead' ? 'dead' : 'alive', because: 'the test says so' };
}

/** In place of identity.ts. */
export function ownIdentity(): ProcessIdentity {
  return { instanceId: current, host: 'h', pid: 1, threadId: 0 };
}

/** The content of a claim of somebody. */
export function claimText(id: string): string {
  const record = {
    version: 1,
    holder: holderOf(id),
    process: { instanceId: id, host: 'h', pid: 1, threadId: 0 },
  };
  return `${JSON.stringify(record)}\n`;
}
