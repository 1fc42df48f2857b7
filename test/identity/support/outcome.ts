import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { InvalidSessionFileError } from '../../../src/errors/setup-errors.js';
import { resolvePath, resolvePathSync } from '../../../src/identity/resolve.js';
import type { SessionFile } from '../../../src/types.js';
import type { FakeFs } from './fake-fs.js';

/** A new folder for each test, with an awkward name and without links above it. */
export function useFolder(): { readonly path: string; at(...names: string[]): string } {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(realpathSync.native(tmpdir()), '-pen holder é\n'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    at: (...names) => join(path, ...names),
  };
}

/** What came of a resolution, in a form that two of them can be compared in. */
export type Outcome = SessionFile | { readonly reason: string; readonly systemCode?: string };

/** Any error but an InvalidSessionFileError goes on. */
export function outcomeOfError(error: unknown): Outcome {
  if (!(error instanceof InvalidSessionFileError)) throw error;
  const { reason, systemCode } = error;
  return systemCode === undefined ? { reason } : { reason, systemCode };
}

export function outcomeOf(resolve: () => SessionFile): Outcome {
  try {
    return resolve();
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Resolves on two fakes that `make` builds, at once and later; both must tell the same. */
export async function outcomesOnFake(
  path: string,
  make: () => FakeFs,
): Promise<[Outcome, Outcome]> {
  const now = outcomeOf(() => resolvePathSync(path, make()));
  const later = await resolvePath(path, make().later()).catch(outcomeOfError);
  return [now, later];
}

/** The error that a call throws; fails where it does not. */
export function invalid(call: () => unknown): InvalidSessionFileError {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidSessionFileError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
