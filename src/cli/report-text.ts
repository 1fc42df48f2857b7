import { holderSentence, processText, runText } from './holder-text.js';
import { foreignMeaning, STRANGE_MEANING, stoppedMeaning, UNREADABLE_MEANING } from './meanings.js';
import { type LockReport, SILENT_MS, type WaiterReport } from './lock-report.js';
import { ago, atTime, bytes, counted, forMs, shown, wrapped } from './wording.js';

const INDENT = 16;

/** What `who` tells a person. */
export function describeReport(report: LockReport, name: string, nowMs: number): string {
  const lines = [...holderLines(report, nowMs), ...freeLines(report, nowMs)];
  const file: [string, string] = ['file', fileText(report)];
  const all: [string, string][] = [...lines, file, ...waitingLines(report, nowMs)];
  if (report.state === 'strange') {
    all.push(['lock', shown(report.lockPath)], ['meaning', STRANGE_MEANING]);
  }
  return (
    `${shown(name)}: ${headline(report)}\n\n` +
    all.map(([label, text]) => wrapped(text, INDENT, `  ${label}`)).join('')
  );
}

function headline({ state, liveness, because, holder, isStopped, foreign }: LockReport): string {
  if (state === 'strange') return `nobody can have it: ${because}`;
  if (state === 'free') return 'free';
  const unnamed = 'held, and its lock does not tell by whom';
  if (foreign === 'empty') return `${unnamed}: it is an empty folder`;
  if (holder === null) return unnamed;
  if (liveness === 'dead') return 'its holder died; the next run takes it at once';
  if (isStopped) return 'held by a process that is stopped';
  return liveness === 'alive'
    ? 'held'
    : 'held by somebody of whom it is not known whether it lives';
}

function holderLines(report: LockReport, nowMs: number): [string, string][] {
  const { holder, liveness, because, lastSignAtMs, fencingToken, state, isStopped } = report;
  if (state !== 'held') return [];
  const sign: [string, string][] =
    lastSignAtMs === null ? [] : [['last sign', signText(nowMs, lastSignAtMs, isStopped)]];
  const alive = liveness === 'alive' ? 'yes' : liveness === 'dead' ? 'no' : 'unknown';
  const known: [string, string] = ['alive', `${alive}: ${because}`];
  if (report.foreign !== null) return [known, ...foreignLines(report, report.foreign, nowMs)];
  const token: [string, string] = ['fencing token', String(fencingToken)];
  if (holder === null) {
    const lock: [string, string] = ['lock', shown(`${report.lockPath}/${fencingToken}`)];
    return [known, ...sign, token, lock, ['meaning', UNREADABLE_MEANING]];
  }
  const { acquiredAtMs: sinceMs, processStartedAtMs: startedMs } = holder;
  return [
    ['held by', runText(holder)],
    ['process', `${processText(holder)}; started ${atTime(startedMs)} (${ago(nowMs, startedMs)})`],
    ['since', `${atTime(sinceMs)}, for ${forMs(nowMs - sinceMs)}`],
    known,
    ...sign,
    ...(isStopped ? [['meaning', stoppedMeaning(holder.pid)] satisfies [string, string]] : []),
    token,
  ];
}

/** What has no holder has no sign of life. */
function foreignLines(
  { lastSignAtMs, lockPath }: LockReport,
  foreign: 'empty' | 'other',
  nowMs: number,
): [string, string][] {
  const touched: [string, string][] =
    lastSignAtMs === null
      ? []
      : [['last touched', `${ago(nowMs, lastSignAtMs)} (${atTime(lastSignAtMs)})`]];
  return [...touched, ['lock', shown(lockPath)], ['meaning', foreignMeaning(foreign)]];
}

function signText(nowMs: number, atMs: number, isStopped: boolean | null): string {
  const text = `${ago(nowMs, atMs)} (${atTime(atMs)})`;
  if (nowMs - atMs < SILENT_MS) return text;
  return `${text}: long ago${isStopped ? '' : '; it may be paused, or too busy'}`;
}

function freeLines(report: LockReport, nowMs: number): [string, string][] {
  const { state, former, fencingToken, givenBackAtMs, died } = report;
  if (state !== 'free') return [];
  if (fencingToken === null) return [['before', 'no run has had it yet, as far as its lock tells']];
  const since: [string, string][] =
    givenBackAtMs === null
      ? []
      : [['free since', `${atTime(givenBackAtMs)} (${ago(nowMs, givenBackAtMs)})`]];
  const before: [string, string][] =
    former === null || died !== null ? [] : [['before', holderSentence(former, nowMs)]];
  const note: [string, string][] =
    died === null
      ? []
      : [
          [
            'before',
            `${holderSentence(died, nowMs)}. It died in the middle of its turn; the next run is told so.`,
          ],
        ];
  return [...since, ...before, ...note, ['fencing token', `${fencingToken}, of the last turn`]];
}

function fileText({ fileBytes, holder, died }: LockReport): string {
  if (fileBytes === null) return 'there is none yet';
  const startBytes = holder?.startBytes ?? died?.startBytes;
  if (typeof startBytes !== 'number') return bytes(fileBytes);
  const more = fileBytes - startBytes;
  const change = `${more < 0 ? '-' : '+'}${Math.abs(more).toLocaleString('en-US')}`;
  return `${bytes(fileBytes)}; when the turn began ${bytes(startBytes)} (${change})`;
}

function waitingLines({ waiting }: LockReport, nowMs: number): [string, string][] {
  const living = waiting.filter(({ liveness }) => liveness !== 'dead');
  const dead = waiting.length - living.length;
  const oldestFirst = living.toSorted((one, other) => one.sinceMs - other.sinceMs);
  const lines = oldestFirst.map((waiter, index): [string, string] => [
    index === 0 ? 'waiting' : '',
    waiterText(waiter, nowMs),
  ]);
  if (dead > 0) {
    lines.push([
      living.length === 0 ? 'waiting' : '',
      `${counted(dead, 'process', 'processes')} died while waiting`,
    ]);
  }
  return lines.length === 0 ? [['waiting', 'no other process']] : lines;
}

function waiterText(waiter: WaiterReport, nowMs: number): string {
  const { holder, liveness, because, sinceMs, isStopped } = waiter;
  const known =
    liveness === 'alive'
      ? isStopped
        ? '; it is stopped'
        : ''
      : `; not known whether it lives: ${because}`;
  return `${runText(holder)}, in process ${processText(holder)}, for ${forMs(nowMs - sinceMs)}${known}`;
}
