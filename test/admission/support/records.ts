import { vi } from 'vitest';
import { RunRecord } from '../../../src/ownership/run/run-record.js';

/** The records of the runs that are granted from now on: there is no public way to look for leaks. */
export function watchGrants(): () => readonly RunRecord[] {
  const noteGrant = vi.spyOn(RunRecord.prototype, 'noteGrant');
  return () => noteGrant.mock.contexts as RunRecord[];
}
