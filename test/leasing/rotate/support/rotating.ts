import type { Run } from '../../../../src/index.js';
import type { FakeLease } from '../../support/fake-lease.js';
import type { Leasing } from '../../support/leasing.js';

export interface Rotating {
  /** A run that has written one record; every wish of it is granted. */
  start(): Promise<Run>;
  /** The file that it moves to. */
  next(): string;
  /** Of all leases so far, the first one first. */
  states(): readonly FakeLease['state'][];
}

export function useRotating(leasing: Leasing): Rotating {
  return {
    async start() {
      leasing.provider.isGenerous = true;
      const run = await leasing.open().acquire({ sessionFile: leasing.file() });
      await run.transcript.append({ a: 1 });
      return run;
    },
    next: () => leasing.file('next.jsonl'),
    states: () => leasing.provider.leases.map(({ state }) => state),
  };
}
