import { lstatSync } from 'node:fs';
import type { Finding, Found } from './findings.js';
import { tornTailOf } from './torn-tail.js';
import { bytes } from './wording.js';

/** Whether a session file ends in the middle of a record. @throws what the file system says */
export async function examineTail(sessionFile: string): Promise<Found[]> {
  // Of a link, the file behind it is looked at where that is.
  if (!lstatSync(sessionFile).isFile()) return [];
  const tail = await tornTailOf(sessionFile);
  if (tail === undefined) return [];
  const { offsetBytes, sizeBytes, isUnread } = tail;
  const finding: Finding = {
    kind: 'torn-tail',
    ...{ path: sessionFile, sessionFile, canFix: false },
    ...{ offsetBytes, sizeBytes },
    found: isUnread
      ? `The last ${bytes(sizeBytes)} hold no end of a line, which is too long for a look.`
      : `The last line is not complete: ${bytes(sizeBytes)}, from byte ${offsetBytes} on.`,
    because: isUnread
      ? 'The last line has no end.'
      : 'It has no end of line and is no JSON: whoever wrote it was stopped in the middle.',
    toDo: 'The next run can cut it with transcript.dropTornTail(), which returns what it cuts.',
  };
  return [{ finding }];
}
