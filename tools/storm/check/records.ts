import type { StormRecord } from '../child/turn.js';
import type { Line } from '../journal.js';
import { around, type Finding } from './finding.js';
import { tokenOf } from './grants.js';
import { type Interruptions, threadOf } from './interruptions.js';

export interface RecordsFacts {
  readonly findings: readonly Finding[];
  readonly records: number;
  readonly acked: number;
  /** Lines that are no record: somebody was killed in the middle of it. */
  readonly torn: number;
  /** Refused to the caller, and in the file all the same. */
  readonly refusedButThere: number;
  /** Written by a process that was stopped between its look and its write. */
  readonly inFlight: number;
}

/** What is in the file must be what the journal says, in the order of the tokens. */
export function checkRecords(
  file: string,
  lines: readonly Line[],
  content: string,
  interruptions: Interruptions,
): RecordsFacts {
  const findings: Finding[] = [];
  const report = (rule: Finding['rule'], text: string, ...shown: (Line | undefined)[]): void => {
    findings.push({ rule, file, text, evidence: around(lines, ...shown) });
  };
  const enters = byId(lines, 'enter');
  const leaves = byId(lines, 'leave');
  const refused = byId(lines, 'refused');
  const seen = new Set<string>();
  let [torn, inFlight, refusedButThere] = [0, 0, 0];
  let highest: Line | undefined;
  for (const text of content.split('\n')) {
    if (text === '') continue;
    const record = parse(text);
    if (record === undefined) {
      torn += 1;
      continue;
    }
    const { id } = record;
    const enter = enters.get(id);
    if (seen.has(id)) report('record twice', `record ${id} is in the file twice`, enter);
    seen.add(id);
    if (enter === undefined) report('unknown record', `nobody wrote record ${id}`);
    if (enter === undefined) continue;
    if (refused.has(id)) refusedButThere += 1;
    if (highest === undefined || tokenOf(enter) >= tokenOf(highest)) highest = enter;
    else if (wasInFlight(enter, leaves.get(id), highest, lines, interruptions)) inFlight += 1;
    else {
      const what = `record ${id} of token ${enter.token} is behind one of token ${highest.token}`;
      report('overlap', what, enter, leaves.get(id), highest, grantOf(highest, lines));
    }
  }
  for (const [id, leave] of leaves) {
    if (!seen.has(id)) report('lost record', `record ${id} was written, and is not there`, leave);
  }
  const { size: records } = seen;
  return { findings, records, acked: leaves.size, torn, refusedButThere, inFlight };
}

/**
 * Whether nothing could have kept this write back: the look before it was over before the file was
 * granted to another, and the process was stopped after that look, and before the write was done.
 */
function wasInFlight(
  enter: Line,
  leave: Line | undefined,
  later: Line,
  lines: readonly Line[],
  interruptions: Interruptions,
): boolean {
  const doneAt = leave?.at ?? interruptions.diedAt(enter.pid);
  const look = lines.findLast(
    (line) =>
      line.deed === 'check' &&
      line.token === enter.token &&
      threadOf(line) === threadOf(enter) &&
      line.at >= enter.at &&
      line.at <= doneAt,
  );
  const grant = grantOf(later, lines);
  if (look?.held !== true || look.from === undefined || grant === undefined) return false;
  return look.from < grant.at && interruptions.wasStoppedWithin(enter.pid, look.from, doneAt);
}

function grantOf({ token }: Line, lines: readonly Line[]): Line | undefined {
  return lines.find((line) => line.deed === 'grant' && line.token === token);
}

function byId(lines: readonly Line[], deed: Line['deed']): Map<string, Line> {
  return new Map(lines.flatMap((line) => (line.deed === deed ? [[line.id ?? '', line]] : [])));
}

/** Undefined where it is no whole record. */
function parse(text: string): StormRecord | undefined {
  try {
    const record = JSON.parse(text) as StormRecord;
    return record.pad.length === record.size ? record : undefined;
  } catch {
    return undefined;
  }
}
