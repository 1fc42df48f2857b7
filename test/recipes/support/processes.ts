import { type Coordinator, createCoordinator, type Run } from '../../../src/index.js';
import {
  type LeaseProvider,
  lockFileLeases,
} from '../../../src/leases/lock-file/lock-file-leases.js';

/** What a runner that shares its files with other processes opens when it starts. */
export interface Opened {
  readonly sessions: Coordinator;
  readonly leases: LeaseProvider;
}

export function open(): Opened {
  const leases = lockFileLeases();
  const sessions = createCoordinator({ leases });
  return { sessions, leases };
}

export async function close({ sessions, leases }: Opened): Promise<void> {
  await sessions.close();
  await leases.close();
}

/** Before the first model call of a turn: what a dead process left half-done is cut, and marked. */
export async function repair(run: Run): Promise<void> {
  if (run.previous?.end === 'died') {
    await run.transcript.dropTornTail();
    await run.transcript.append({ cutOff: run.previous.runId });
  }
}

/** Adds 1 to the number in the file, so many times, a turn for each. */
export async function count(
  sessions: Coordinator,
  sessionFile: string,
  times: number,
): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    await sessions.run({ sessionFile }, (run) =>
      run.transcript.rewrite((current) => String(Number(current.toString()) + 1)),
    );
  }
}
