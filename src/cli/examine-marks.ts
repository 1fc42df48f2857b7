import { join } from 'node:path';
import { removeMark } from '../leases/lock-file/clear.js';
import { isOwnName } from '../leases/lock-file/sight.js';
import type { Ledger } from '../leases/lock-file/ledger.js';
import { lockDisk } from '../leases/lock-file/lock-disk.js';
import type { Finding, Found } from './findings.js';
import { processText } from './holder-text.js';
import { judgeMark } from './lock-report.js';
import { quoted, sentence } from './wording.js';

/** What is younger may be in the making. */
export const YOUNG_MS = 60_000;
const MARK = /^(?:wait|new)-/;

/** What is left of those who waited, or were about to take the file. */
export function examineMarks(sessionFile: string, ledger: Ledger, nowMs: number): Found[] {
  const names = lockDisk.list(ledger.folder).filter((name) => MARK.test(name) && isOwnName(name));
  return names.sort().flatMap((name) => {
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
    toDo: `Once no program that uses this session file runs on any machine, remove ${quoted(path)}.`,
  };
}
