import type { Line } from '../journal.js';
import { around, type Finding } from './finding.js';
import { threadOf } from './interruptions.js';

/**
 * Nobody sees a lease as held that was granted to somebody else before the look began, and the
 * token of whoever began to ask after a grant is higher. (A grant may be *written down* late: the
 * process can be stopped in between. So only what begins later counts.)
 */
export function checkGrants(file: string, lines: readonly Line[]): Finding[] {
  const findings: Finding[] = [];
  const wants = new Map<string, Line>();
  const tokens = new Map<string, Line>();
  for (const line of lines) {
    if (line.deed === 'want') wants.set(wantOf(line), line);
    if (line.deed !== 'grant') continue;
    const token = line.token ?? '';
    const other = tokens.get(token);
    if (other !== undefined) {
      const text = `token ${token} was granted twice`;
      findings.push({ rule: 'token twice', file, text, evidence: around(lines, other, line) });
    }
    tokens.set(token, line);
  }
  const grants = [...tokens.values()];
  for (const line of lines) {
    if (line.deed === 'check' && line.held === true) {
      const later = highestBefore(grants, line.from ?? line.at);
      if (later === undefined || tokenOf(later) <= tokenOf(line)) continue;
      const text = `token ${line.token} was seen as held after token ${later.token} was granted`;
      findings.push({ rule: 'overlap', file, text, evidence: around(lines, later, line) });
    }
    if (line.deed === 'grant') {
      const asked = wants.get(wantOf(line));
      const before = asked === undefined ? undefined : highestBefore(grants, asked.at);
      if (before === undefined || before === line || tokenOf(before) < tokenOf(line)) continue;
      const text = `token ${line.token} was asked for after token ${before.token} was granted`;
      findings.push({ rule: 'token fell', file, text, evidence: around(lines, before, line) });
    }
  }
  return findings;
}

/** A lease serves one turn of its thread at a time. */
export function checkTurns(file: string, lines: readonly Line[]): Finding[] {
  const findings: Finding[] = [];
  const open = new Map<string, Line>();
  for (const line of lines) {
    const key = `${threadOf(line)} ${line.token}`;
    if (line.deed === 'turned') open.delete(key);
    if (line.deed !== 'turn') continue;
    const other = open.get(key);
    open.set(key, line);
    if (other === undefined) continue;
    const text = `two turns of thread ${threadOf(line)} with token ${line.token}`;
    findings.push({
      ...{ rule: 'two turns of one lease', file, text },
      evidence: around(lines, other, line),
    });
  }
  return findings;
}

/**
 * Whoever follows a holder that was killed is told of a death.
 *
 * @param storm what was done to processes
 */
export function checkDeaths(
  file: string,
  lines: readonly Line[],
  storm: readonly Line[],
): Finding[] {
  const over = new Set<string>();
  const grants = new Map<string, Line>();
  for (const line of lines) {
    const token = line.token ?? '';
    if (line.deed === 'give' || line.deed === 'lost') over.add(token);
    if (line.deed === 'grant') grants.set(token, line);
  }
  const killed = new Set(storm.flatMap(({ deed, pid }) => (deed === 'kill' ? [pid] : [])));
  return [...grants.values()].flatMap((grant): Finding[] => {
    const next = grants.get(String(tokenOf(grant) + 1n));
    const hasDied = killed.has(grant.pid) && !over.has(grant.token ?? '');
    if (!hasDied || next === undefined || next.said !== undefined) return [];
    const text = `token ${next.token} came without a word of the death of ${grant.token}`;
    return [{ rule: 'untold death', file, text, evidence: around(lines, grant, next) }];
  });
}

export function tokenOf({ token = '0' }: Line): bigint {
  return /^\d+$/.test(token) ? BigInt(token) : 0n;
}

function wantOf(line: Line): string {
  return `${threadOf(line)} ${line.id}`;
}

/** Of the grants that were written down before this moment; they come in that order. */
function highestBefore(grants: readonly Line[], at: number): Line | undefined {
  const highest = highestOf(grants);
  let [from, to] = [0, grants.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((grants[middle]?.at ?? Infinity) < at) from = middle + 1;
    else to = middle;
  }
  return highest[from - 1];
}

const known: WeakMap<readonly Line[], readonly Line[]> = new WeakMap();

/** For each grant the highest one up to it. */
function highestOf(grants: readonly Line[]): readonly Line[] {
  let highest = known.get(grants);
  if (highest === undefined) {
    let top: Line | undefined;
    highest = grants.map((grant) => {
      if (top === undefined || tokenOf(grant) > tokenOf(top)) top = grant;
      return top;
    });
    known.set(grants, highest);
  }
  return highest;
}
