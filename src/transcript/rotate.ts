import { InvalidSessionFileError } from '../errors/setup-errors.js';
import { parseSessionFile } from '../identity/parse-input.js';
import { resolvePath } from '../identity/resolve.js';
import { moveTo } from '../ownership/rotation.js';
import type { SessionFile } from '../types.js';
import { verify } from './fence.js';
import type { Pen } from './pen.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

/** The file that the turn is to go on in. */
export async function resolveNext(pen: Pen, next: string | URL): Promise<SessionFile> {
  const input = parseSessionFile(next, pen.table.markers);
  if (input.type === 'path') return await resolvePath(input.path);
  throw new InvalidSessionFileError({
    sessionFile: input.file.path,
    reason: 'marker',
    detail: 'it is a marker and names no file that a turn could go on in',
  });
}

/** Moves everything to that file, in the step in which the former one was found as it was left. */
export function* rotate(use: Use, next: SessionFile): Steps<void> {
  const { pen, section } = use;
  yield* verify(use);
  pen.checkOpen(section, 'rotate');
  moveTo(pen.table.state, pen.record, next);
  pen.moved();
  try {
    yield* verify(use);
  } catch {
    // The turn has moved. Whoever uses the file next is told why it cannot be read.
  }
}
