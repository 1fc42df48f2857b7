import type { Finding } from './check/finding.js';
import type { Line } from './journal.js';
import type { RoundFacts } from './round.js';
import { type Spread, spread } from './spread.js';

export interface Report {
  readonly seeds: readonly number[];
  readonly figures: Readonly<Record<string, number>>;
  readonly timesMs: Readonly<Record<string, Spread>>;
  /** What went wrong in turns, by code, and how often. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly kept: readonly string[];
}

export function reportOf(rounds: readonly RoundFacts[]): Report {
  const storm = rounds.flatMap((round) => round.storm);
  const lines = rounds.flatMap((round) => round.lines);
  const files = rounds.flatMap((round) => round.files);
  const findings = rounds.flatMap((round) => round.findings);
  const sum = (name: 'records' | 'acked' | 'torn' | 'refusedButThere' | 'inFlight'): number =>
    files.reduce((total, facts) => total + facts[name], 0);
  const rule = (...names: Finding['rule'][]): number =>
    findings.filter(({ rule }) => names.includes(rule)).length;
  return {
    seeds: rounds.map(({ seed }) => seed),
    figures: {
      'processes started': rounds.reduce((total, { started }) => total + started, 0),
      kills: count(storm, 'kill'),
      pauses: count(storm, 'stop'),
      'blocked loops': count(lines, 'block'),
      'workers ended': count(storm, 'terminate'),
      'mtime steps': count(storm, 'step'),
      grants: count(lines, 'grant'),
      'after a death': lines.filter(({ deed, said }) => deed === 'grant' && said != null).length,
      turns: count(lines, 'turn'),
      records: sum('records'),
      acked: sum('acked'),
      'leases lost': count(lines, 'lost'),
      'writes refused': count(lines, 'refused'),
      'refused, and there': sum('refusedButThere'),
      'cut by a kill': sum('torn'),
      'in flight when stopped': sum('inFlight'),
      overlaps: rule('overlap', 'two turns of one lease'),
      'records lost': rule('lost record'),
      'tokens that fell': rule('token twice', 'token fell'),
      findings: findings.length,
    },
    timesMs: {
      recovery: spread(files.flatMap((facts) => facts.recoveryMs)),
      'recovery of a worker': spread(files.flatMap((facts) => facts.workerRecoveryMs)),
      'hand-over': spread(files.flatMap((facts) => facts.handOverMs)),
      wait: spread(files.flatMap((facts) => facts.waitMs)),
    },
    troubles: tally(storm),
    findings,
    kept: rounds.flatMap(({ kept }) => kept ?? []),
  };
}

export function printable(report: Report): string {
  const { seeds, figures, timesMs, troubles, findings, kept } = report;
  const rows = (facts: Readonly<Record<string, number>>): string[] =>
    Object.entries(facts).map(([name, value]) => `  ${name.padEnd(24)} ${value}`);
  return [
    `seeds ${seeds.join(', ')}`,
    ...rows(figures),
    'times in ms: how many, median, 90 %, 99 %, longest',
    ...Object.entries(timesMs).map(
      ([name, { count, ...times }]) =>
        `  ${name.padEnd(24)} ${[count, ...Object.values(times).map((ms) => ms.toFixed(1))].join('  ')}`,
    ),
    `turns that ended with an error${Object.keys(troubles).length > 0 ? '' : ': none'}`,
    ...rows(troubles),
    ...findings.flatMap(({ rule, file, text, evidence }) => [
      `WRONG: ${rule}: ${file} ${text}`,
      ...evidence.map((line) => `    ${line}`),
    ]),
    ...kept.map((folder) => `Everything is in ${folder}`),
  ].join('\n');
}

function count(lines: readonly Line[], deed: Line['deed']): number {
  return lines.filter((line) => line.deed === deed).length;
}

function tally(lines: readonly Line[]): Record<string, number> {
  const troubles: Record<string, number> = {};
  for (const { deed, said = '' } of lines) {
    if (deed === 'trouble') troubles[said] = (troubles[said] ?? 0) + 1;
  }
  return troubles;
}
