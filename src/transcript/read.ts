import { disk } from './disk.js';
import { checkNotTripped, verify } from './fence.js';
import { Knowledge } from './knowledge.js';
import { type Read, readBytes } from './read-file.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

/** So often the content is read again while the file changes its looks. */
const TRIES = 3;

/** The bytes of the file, as known writers left them; none where there is no file. */
export function* read(use: Use): Steps<Buffer> {
  const { bytes } = yield* readKnown(use);
  return bytes;
}

/**
 * The bytes of the file, and what is known of it in the step in which this returns. Reading is a
 * look at the fence: what was read is compared with what is known, at no further cost.
 */
export function* readKnown(use: Use): Steps<{ bytes: Buffer; known: Knowledge }> {
  const { pen } = use;
  try {
    for (let attempt = 1; ; attempt += 1) {
      checkNotTripped(pen, use.isGuest);
      const before = pen.knowledge;
      const read = yield* readBytes(pen.path);
      pen.checkOpen(use.section, 'read');
      const known = pen.knowledge === before ? compare(use, read) : undefined;
      if (known === undefined) {
        // Its stats may look as ever. Who has changed it is told by the fence, by content.
        if (pen.knowledge === before) before?.distrust(before.doubt);
        yield* verify(use);
      } else if (attempt >= TRIES || known.looksLike(disk.stat(pen.path))) {
        if (!use.isGuest) pen.isFenced = true;
        return { bytes: read.bytes, known };
      }
    }
  } catch (error) {
    throw pen.failure('read', error, 'old');
  }
}

/** What is known once this was read; undefined where it is not what was known. */
function compare({ pen, section }: Use, read: Read): Knowledge | undefined {
  const known = pen.knowledge;
  if (known !== undefined && known.doubt === undefined && read.content.equals(known.content)) {
    known.renew(read.stats, read.takenMs);
    pen.noteFile(read.stats);
    return known;
  }
  const isNew = known === undefined || section.isWrapped || !pen.isWatched;
  return isNew ? pen.know(new Knowledge(read, known)) : undefined;
}
