import type { FileTraces } from '../../../tools/storm/check/check.js';
import type { Deed, Line } from '../../../tools/storm/journal.js';

/** One line of a journal. Times are in milliseconds. */
export function done(pid: number, atMs: number, deed: Deed, facts: Partial<Line> = {}): Line {
  const from = facts.from === undefined ? {} : { from: facts.from * 1e6 };
  return { pid, thread: 0, at: atMs * 1e6, deed, ...facts, ...from };
}

interface TurnPlan {
  readonly pid: number;
  readonly token: number;
  readonly at: number;
  /** When its one record, of the number of its process, is written. */
  readonly leaveAt?: number;
  /** Whose death it is told of. */
  readonly died?: string;
}

/** A lease with one turn and one record, from the request until it is given back. */
export function turn({ pid, token: number, at, leaveAt = at + 16, died }: TurnPlan): Line[] {
  const token = String(number);
  const id = `record-${pid}`;
  return [
    done(pid, at, 'want', { id: '1' }),
    done(pid, at + 1, 'grant', { token, id: '1', said: died }),
    done(pid, at + 10, 'turn', { token, lane: 'a' }),
    done(pid, at + 12, 'enter', { token, id, lane: 'a' }),
    done(pid, at + 15, 'check', { token, from: at + 14, held: true }),
    done(pid, leaveAt, 'leave', { token, id }),
    done(pid, leaveAt + 1, 'turned', { token, lane: 'a' }),
    done(pid, leaveAt + 2, 'give', { token }),
  ];
}

/** A holder that was told of a death, writes nothing and never gives back; another waits from then on. */
export function dying({ pid, token, at }: TurnPlan): Line[] {
  return [
    done(pid, at, 'grant', { token: String(token), id: '1', said: 'run' }),
    done(pid + 1, at + 1, 'want', { id: '1' }),
  ];
}

/** The file with the records of these processes, in this order. */
export function content(tokens: readonly number[], pids = tokens): string {
  const record = (pid: number, token: number): string =>
    JSON.stringify({ id: `record-${pid}`, token: String(token), pad: 'xxxxx', size: 5 });
  return tokens.map((token, index) => `${record(pids[index] ?? 0, token)}\n`).join('');
}

/** What is left of a file that a fresh process has got at the end. */
export function traces(lines: readonly Line[], text: string): FileTraces {
  const last = [
    done(99, 90_000, 'want', { id: 'last' }),
    done(99, 90_001, 'grant', { token: '99', id: 'last' }),
  ];
  const all = [...lines, ...last].sort((one, other) => one.at - other.at);
  return { name: 'session', lines: all, content: text, locks: ['epoch', '99.free'] };
}

export function stopped(pid: number, fromMs: number, toMs: number): Line[] {
  return [done(pid, fromMs, 'stop', { from: fromMs }), done(pid, toMs, 'continue', { from: toMs })];
}

export function killed(pid: number, atMs: number): Line[] {
  return [done(pid, atMs, 'kill', { from: atMs })];
}
