import type { LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { holderOf } from './records.js';

/** A wish that nobody aborts. */
export function request(id: string, rest: Partial<LeaseRequest> = {}): LeaseRequest {
  const { signal } = new AbortController();
  return { holder: holderOf(id), wait: false, signal, onLost: ignore, ...rest };
}

export function sessionFile(path: string): SessionFile {
  return { key: path, path, realPath: path };
}

function ignore(): void {
  // The test does not ask.
}
