import { TakeoverError } from '../../../src/index.js';
import { FILE } from './facts.js';

type TakeoverFacts = ConstructorParameters<typeof TakeoverError>[0];

export function takeover(facts: Partial<TakeoverFacts> = {}): TakeoverError {
  return new TakeoverError({
    sessionFile: FILE,
    runId: 'r-1',
    change: 'appended',
    by: 'unknown',
    expected: { exists: true, sizeBytes: 4_810 },
    seen: { exists: true, sizeBytes: 5_013 },
    writes: { count: 2, bytes: 410, endBytes: 4_810 },
    startBytes: 4_400,
    ...facts,
  });
}
