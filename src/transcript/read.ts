import { verify } from './fence.js';
import type { Knowledge } from './knowledge.js';
import { type OnChunk, readFile } from './read-file.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

/** So often the content is read again while it is not what it is known to be. */
const TRIES = 3;

/** The bytes of the file, as known writers left them; none where there is no file. */
export function* read(use: Use): Steps<Buffer> {
  const { bytes } = yield* readKnown(use);
  return bytes;
}

/** The bytes of the file, and what is known of it in the step in which this returns. */
export function* readKnown(use: Use): Steps<{ bytes: Buffer; known: Knowledge }> {
  const { pen } = use;
  for (let attempt = 1; ; attempt += 1) {
    const known = yield* verify(use);
    const chunks: Buffer[] = [];
    const keep: OnChunk = (chunk) => chunks.push(Buffer.from(chunk)) > 0;
    try {
      const { content } = yield* readFile(pen.path, keep);
      pen.checkOpen(use.section, 'read');
      // Where it is not, the next look at the fence tells who changed it.
      if (content.equals(known.content) || use.section.isWrapped || attempt >= TRIES) {
        return { bytes: Buffer.concat(chunks), known };
      }
      known.distrust();
    } catch (error) {
      throw pen.failure('read', error, 'old');
    }
  }
}
