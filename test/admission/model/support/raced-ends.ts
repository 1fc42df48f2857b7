import { vi } from 'vitest';
import { drain } from '../../../model/clock.js';
import { expectBalance } from '../../../model/compare.js';
import { settled } from '../../../ownership/support/steps.js';
import { RacedRun, SETTLE_MS, type Stage, STUCK_MS } from './raced-run.js';

/** All that may end a run. Each of them means this very run, and no other. */
const CAUSES: Readonly<Record<string, (race: RacedRun) => void>> = {
  interrupt: (race) => {
    const answer = race.other.interrupt({ runId: 'run', generation: 1 });
    race.note(
      'interrupt',
      answer.then(({ status }) => status),
    );
  },
  recovery: (race) => {
    const request = { runId: 'run', generation: 1, sessionFile: race.file, allowActiveAbort: true };
    const answer = race.other.recover(request);
    race.note(
      'recovery',
      answer.then(({ status, reason }) => `${status} ${reason}`),
    );
  },
  'natural end': (race) => {
    race.task.open();
    if (race.handle) void race.handle.release();
    else void race.ticket?.acquire().then((run) => run.release(), noted);
  },
  'caller abort': ({ caller }) => {
    caller.abort();
  },
  'stuck limit': () => {
    vi.advanceTimersByTime(STUCK_MS);
  },
  'time to settle': () => {
    vi.advanceTimersByTime(SETTLE_MS);
  },
  close: (race) => {
    const report = race.own.close({ waitMs: 0 });
    race.note(
      'close',
      report.then(({ ended, revoked }) => `${ended.length} ended, ${revoked.length} revoked`),
    );
  },
  'ticket cancel': (race) => {
    race.ticket?.cancel();
  },
};

/** Every way to take so many of them, one after another. */
export function orders(length: number, names: readonly string[] = Object.keys(CAUSES)): string[][] {
  if (length === 0) return [[]];
  return names.flatMap((name) => {
    const others = names.filter((other) => other !== name);
    return orders(length - 1, others).map((rest) => [name, ...rest]);
  });
}

/**
 * Ends one run in several ways at once, so many promise jobs apart (`Infinity`: after everything
 * that follows), and tells what is wrong with what came of it.
 */
export async function race(
  stage: Stage,
  causes: readonly string[],
  jobsBetween: number,
): Promise<string[]> {
  vi.clearAllTimers();
  const raced = new RacedRun();
  try {
    await raced.begin(stage);
    for (const cause of causes) {
      CAUSES[cause]?.(raced);
      await (jobsBetween === Infinity ? drain() : settled(jobsBetween));
    }
    // Whatever came first: by now the limits have ended it, unless it owns nothing.
    for (const ms of [STUCK_MS, SETTLE_MS]) {
      await drain();
      vi.advanceTimersByTime(ms);
    }
    await drain();
    if (isAway(stage)) void raced.handle?.release();
    const faults = faultsOf(raced, stage);
    raced.others.open();
    raced.task.open();
    raced.away.open();
    await drain();
    const found = [...faults, ...leftOf(raced)];
    return found.map((fault) => `${stage}, ${causes.join(', ')} (${jobsBetween}): ${fault}`);
  } finally {
    raced.table.state.ambient.disable();
  }
}

function isAway(stage: Stage): boolean {
  return stage === 'parked' || stage === 'coming back';
}

/** While the next one has its turn. */
function faultsOf({ events, next, started, told }: RacedRun, stage: Stage): string[] {
  const lines = events.map(({ type, runId }) => `${type} ${runId}`);
  const count = (line: string): number => lines.filter((other) => other === line).length;
  const ends = events.filter(({ type, runId }) => type === 'ended' && runId === 'run');
  const [end] = ends.flatMap((event) => (event.type === 'ended' ? [event] : []));
  const [fired] = events.flatMap((event) => (event.type === 'signalled' ? [event] : []));
  const isEarly = lines.indexOf('granted next') < lines.indexOf('ended run');
  const isLate = lines.slice(lines.indexOf('ended run') + 1).some((line) => line.endsWith(' run'));
  const wrongs: Readonly<Record<string, boolean>> = {
    [`${ends.length} ends`]: ends.length !== 1,
    [`${count('granted next')} grants of the next`]: count('granted next') !== 1,
    'the last came first': count('granted last') > 0,
    'signalled twice': count('signalled run') > 1,
    'the next was granted before the end': !isAway(stage) && isEarly,
    'something was told after the end': isLate,
    [`fired for ${fired?.why}, ended for ${end?.why}`]: end?.why !== fired?.why,
    [`the next was started ${started.length} times`]: started.join() !== 'next',
    'the next is not at work': next?.phase !== 'active',
    'the next was told to stop': next?.signal.aborted === true || count('signalled next') > 0,
    'the next was asked to yield': next?.yieldSignal.aborted === true,
    [`told ${told.join('; ')}, but it was ${end?.end}`]: told.some((line) => !fits(line, end?.end)),
  };
  return Object.keys(wrongs).filter((fault) => wrongs[fault]);
}

/** Whoever says that it ended, or was revoked, is right. */
function fits(answer: string, end: string | undefined): boolean {
  if (answer.includes('0 ended, 0 revoked')) return true;
  if (/(: |1 )revoked/.test(answer)) return end === 'revoked';
  return !/(: |1 )ended/.test(answer) || end !== 'revoked';
}

/** When all are through. */
function leftOf({ events, table, other, started, unanswered }: RacedRun): string[] {
  const ends = events.flatMap((event) => (event.type === 'ended' ? [event] : []));
  const after = ends.filter(({ runId }) => runId !== 'run').map(({ runId, end }) => runId + end);
  const { state } = table;
  const left = state.live + state.queues.size + state.draining.size + state.deadlines.size;
  expectBalance(other.inspect());
  const wrongs: Readonly<Record<string, boolean>> = {
    [`those behind it: ${after.join()}`]: after.join() !== 'nextcompleted,lastcompleted',
    [`started: ${started.join()}`]: started.join() !== 'next,last',
    'something is left': left + table.callerSignals.size + table.recoveries.size > 0,
    [`${unanswered} calls were not answered`]: unanswered > 0,
    'a timer is left': vi.getTimerCount() > 0,
  };
  return Object.keys(wrongs).filter((fault) => wrongs[fault]);
}

function noted(): void {
  // Whoever comes too late is told so, which is all right.
}
