/** A heartbeat with a list of checks holds the turn when a person's message comes. */
import { lane } from './lanes.js';
import { turnAndNext, waitBefore, type Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome, Say } from './stage.js';
import type { Turn } from './variants.js';

const CHECKS = 8;
const CHECKING = 'the heartbeat is in its second check';

/** Gives way between two checks when it is asked to, and says how far it came. */
async function check(stage: LaneStage, from: number, say: Say, turn: Turn): Promise<number> {
  const { yieldSignal } = turn;
  yieldSignal.addEventListener('abort', () => stage.mark('y'), { once: true });
  let done = from;
  do {
    if (done === 1) stage.reach(CHECKING);
    await say({ lookUp: done === 2 });
    done += 1;
  } while (done < CHECKS && !yieldSignal.aborted);
  return done;
}

/** Works through its list, in one turn if nobody is in a hurry. */
async function checkEverything(stage: LaneStage): Promise<void> {
  let done = 0;
  while (done < CHECKS) {
    const from = done;
    done = await stage.takeTurn((say, turn) => check(stage, from, say, turn));
  }
}

async function comeLate(stage: LaneStage): Promise<void> {
  await stage.reached(CHECKING);
  await stage.ask({ lookUp: true });
  await stage.ask();
}

export function heartbeatHolds(file: string): Lane[] {
  return [
    lane('heartbeat', file, checkEverything),
    lane('index:memory', file, (stage) => stage.ask()),
    lane('chat:alice', file, comeLate),
    lane('cron:nightly', file, comeLate),
  ];
}

export function afterTheYield(outcome: Outcome): Remark[] {
  const [, next] = turnAndNext(outcome, 'heartbeat', 0);
  if (!next) return [{ text: 'the heartbeat kept the turn to its end', holds: false }];
  const asked = outcome.marks.some(({ label, sign }) => label === 'heartbeat' && sign === 'y');
  const { waitedMs, passed } = waitBefore(outcome, next);
  const before = passed.map((label) => `, before the earlier ${label}`).join('');
  const yielded = `heartbeat was ${asked ? '' : 'not '}asked to yield`;
  const text = `${yielded}: ${next.label} came after ${waitedMs} ms${before}`;
  return [{ text, holds: asked && next.label === 'chat:alice' }];
}
