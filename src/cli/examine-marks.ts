import { join } from 'node:path';
import { removeMark } from '../leases/lock-file/clear.js';
import type { Ledger } from '../leases/lock-file/ledger.js';
import { isOwnName, type Sight } from '../leases/lock-file/sight.js';
import type { Finding, Found } from './findings.js';
import { sorted } from './folder.js';
import { processText } from './holder-text.js';
import { judgeMark } from './lock-report.js';
import { quoted, sentence } from './wording.js';

/** What is younger may be in the making. */
export const YOUNG_MS = 60_000;

/** What is left of those who waited, or were about to take the file. */
export function examineMarks(
  sessionFile: string,
  ledger: Ledger,
  { waiting, prepared }: Sight,
  nowMs: number,
): Found[] {
  const names = sorted([...waiting, ...prepared].filter(isOwnName));
  return names.flatMap((name) => {
    const mark = judgeMark(ledger.folder, name);
    if (mark === undefined) return [];
    const path = join(ledger.folder, name);
    const { holder, liveness, because, sinceMs } = mark;
    if (holder === undefined) {
      return nowMs - sinceMs < YOUNG_MS ? [] : [{ finding: unreadable(sessionFile, path, 'mark') }];
    }
    if (liveness !== 'dead') return [];
    const did = name.startsWith('wait') ? 'waited for' : 'took';
    const finding: Finding = {
      kind: 'dead-waiter',
      ...{ path, sessionFile, holder, canFix: true },
      found: `A process died while it ${did} the file: ${processText(holder)}.`,
      because: sentence(because),
      toDo: 'Nothing: it is in the way of nobody. --fix removes what is left of it.',
    };
    return [{ finding, fix: () => removeMark(ledger, name), done: 'Removed what was left of it.' }];
  });
}

/** Somebody's, nobody knows whose. */
export function unreadable(sessionFile: string, path: string, what: 'claim' | 'mark'): Finding {
  return {
    kind: 'unreadable-record',
    ...{ path, sessionFile, canFix: false },
    found:
      what === 'claim'
        ? 'Somebody has the file, and the lock does not tell who.'
        : 'Somebody waited for the file or took it, and what is left does not tell who.',
    because: 'It is no file, half written, damaged, of a newer version, or for another user only.',
    toDo:
      what === 'claim'
        ? 'Nothing: a run that waits for the file takes it once no sign of life came for 30 s (expireMs). A newer version of this package may have it: look for its processes.'
        : `Nothing: it is in the way of nobody. Once no program uses this session file, remove ${quoted(path)}.`,
  };
}
