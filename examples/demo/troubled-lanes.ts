/** A lane that throws in the middle of its turn, and one that is aborted while it waits. */
import { SessionError } from 'penholder';

import { lane, talk } from './lanes.js';
import { turnAndNext, type Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

/** The error of something that has to fail. */
async function failureOf(attempt: Promise<void>): Promise<Error> {
  const outcome: unknown = await attempt.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('a turn went well that had to fail');
}

const CHANNEL_GONE = 'the channel is gone';

/** Its second answer cannot be delivered: the lane throws while that answer still comes in. */
async function deliverBadly(stage: LaneStage): Promise<void> {
  const onAnswer = (): never => {
    throw new Error(CHANNEL_GONE);
  };
  await stage.ask();
  const error = await failureOf(stage.ask({ onAnswer }));
  if (error.message !== CHANNEL_GONE) throw error;
  stage.mark('!');
  await stage.ask({ lookUp: true });
}

export function oneThrows(file: string): Lane[] {
  return [
    lane('chat:alice', file, talk(0, 30)),
    lane('heartbeat', file, talk(10, 50)),
    lane('cron:nightly', file, deliverBadly),
    lane('child:report', file, talk(40, 60)),
  ];
}

export function afterTheThrow(outcome: Outcome): Remark[] {
  const [thrown, next] = turnAndNext(outcome, 'cron:nightly', 1);
  if (!thrown || !next) return [{ text: 'nobody was granted after the throw', holds: false }];
  const gapMs = Math.round(next.fromMs - thrown.toMs);
  const text = `cron:nightly threw "${CHANNEL_GONE}": ${next.label} had the turn ${gapMs} ms later`;
  return [{ text, holds: true }];
}

const BUSY = 'the child gets its first answer';

/** The first in line; it tells the others when the model answers it. */
async function workSlowly(stage: LaneStage): Promise<void> {
  await stage.ask({ lookUp: true, onAnswer: () => stage.reach(BUSY) });
  await stage.ask();
  await stage.ask({ lookUp: true });
}

/** Sends one message and takes it back while the child is in the middle of its turn. */
async function changeOnesMind(stage: LaneStage): Promise<void> {
  const stop = new AbortController();
  const failure = failureOf(stage.ask({ lookUp: true, signal: stop.signal }));
  await stage.reached(BUSY);
  stop.abort();
  const error = await failure;
  if (error.name !== 'AbortError') throw error;
  stage.mark('a');
  stage.note(SessionError.is(error) ? error.code : error.name);
}

export function oneAborts(file: string): Lane[] {
  return [
    lane('child:report', file, workSlowly),
    lane('chat:bob', file, changeOnesMind),
    lane('chat:alice', file, talk(20, 30)),
    lane('cron:nightly', file, talk(40, 40)),
  ];
}

export function afterTheAbort({ notes, stretches, transcript }: Outcome): Remark[] {
  const code = notes.join();
  const held = stretches.some(({ label, state }) => label === 'chat:bob' && state === 'holding');
  const text = `chat:bob was aborted while it waited (${code}): `;
  const nothing = !held && !transcript.includes('chat:bob');
  return [
    {
      text: `${text}${nothing ? 'nothing of it is on disk' : 'yet it left traces'}`,
      holds: nothing && code === 'ERR_SESSION_WAIT_ABORTED',
    },
  ];
}
