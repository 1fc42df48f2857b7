import { join } from 'node:path';
import { giveBackDead } from '../leases/lock-file/clear.js';
import type { Ledger } from '../leases/lock-file/ledger.js';
import type { Liveness } from '../leases/lock-file/liveness.js';
import { unreadable, YOUNG_MS } from './examine-marks.js';
import type { Finding, Found } from './findings.js';
import { holderSentence, processText } from './holder-text.js';
import { foreignNames, seenHolder, SILENT_MS, type Taken } from './lock-report.js';
import { ago, quoted, sentence } from './wording.js';

/** What is wrong with whoever has a session file. @throws what the file system says */
export function examineClaim(
  sessionFile: string,
  ledger: Ledger,
  look: Taken,
  nowMs: number,
): Found[] {
  const { holder, number, judgement } = look;
  const path = join(ledger.folder, String(number));
  const lastSignAtMs = ledger.beatOf(number) ?? nowMs;
  const silentMs = nowMs - lastSignAtMs;
  if (holder === undefined) {
    if (silentMs < YOUNG_MS) return [];
    const names = foreignNames(ledger, look);
    const isOurs = names === undefined;
    return [
      {
        finding: isOurs
          ? unreadable(sessionFile, path, 'claim')
          : foreignLock(sessionFile, ledger.folder, names, ago(nowMs, lastSignAtMs)),
      },
    ];
  }
  const who = holderSentence(holder, nowMs);
  if (judgement.liveness === 'dead') {
    const finding: Finding = {
      kind: 'dead-holder',
      ...{ path, sessionFile, holder, canFix: true },
      found: `The run that has this file died in the middle of its turn: ${who}.`,
      because: sentence(judgement.because),
      toDo: 'Nothing: the next run takes the file at once. --fix gives it back now.',
    };
    const done = 'Gave the file back. The next run is still told that this one died.';
    return [{ finding, fix: () => giveBackDead(ledger), done }];
  }
  if (silentMs < SILENT_MS) return [];
  const { liveness, because, isStopped } = seenHolder(ledger, look);
  const finding: Finding = {
    kind: 'silent-holder',
    ...{ path, sessionFile, holder, isStopped, canFix: false },
    found: `The last sign of life of the holder came ${ago(nowMs, lastSignAtMs)}: ${who}.`,
    because: whySilent(liveness, because, isStopped),
    toDo: isStopped
      ? `Let it go on (kill -CONT ${holder.pid}), or end it. A run that waits for the file takes it by itself.`
      : `Look at process ${processText(holder)}. A run that waits for the file takes it by itself.`,
  };
  return [{ finding }];
}

function whySilent(liveness: Liveness, because: string, isStopped: boolean | null): string {
  if (isStopped) return sentence(because);
  if (liveness !== 'alive') return `Nothing proves whether it lives: ${because}.`;
  return 'Its process is there, so it is paused, or too busy to give a sign.';
}

function foreignLock(
  sessionFile: string,
  path: string,
  names: readonly string[],
  since: string,
): Finding {
  const isEmpty = names.length === 0;
  return {
    kind: 'foreign-lock',
    ...{ path, sessionFile, canFix: false },
    found: isEmpty
      ? `The lock of this session file is an empty folder, last touched ${since}.`
      : `The lock of this session file is a folder of another program, last touched ${since}.`,
    because: isEmpty
      ? 'A process, or the machine, ended as it made its lock; or it is the lock of another program.'
      : `Nothing in it is of this package; there is ${quoted(names[0])}.`,
    toDo:
      'Nothing: a run that waits for the file takes it by itself; one that does not wait is refused. ' +
      `Once no program that uses this file runs, the folder may be removed: ${quoted(path)}.`,
  };
}
