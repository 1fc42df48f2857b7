/** Alice changes her mind while a long answer comes in: what she writes next cannot wait. */
import { setTimeout as sleep } from 'node:timers/promises';

import { RunInterruptedError } from 'penholder';

import { lane, talk } from './lanes.js';
import { turnAndNext, waitBefore, type Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

const ANSWERING = 'the long answer has begun';

/** The first message: its caller is told what became of it. */
async function askAtLength(stage: LaneStage): Promise<void> {
  const long = { wish: 'take your time', onAnswer: () => stage.reach(ANSWERING) } as const;
  await stage.ask(long).catch((error: unknown) => {
    if (!(error instanceof RunInterruptedError)) throw error;
    stage.note(`${error.code}, ${error.why}`);
  });
}

/** The second one, from another device: under another session key. */
async function interrupt(stage: LaneStage): Promise<void> {
  await stage.reached(ANSWERING);
  await sleep(100);
  stage.mark('i');
  await stage.ask({ interrupts: true });
  await stage.ask({ lookUp: true });
}

export function oneInterrupts(file: string): Lane[] {
  return [
    lane('chat:alice', file, askAtLength),
    lane('chat:alice:phone', file, interrupt),
    lane('cron:nightly', file, talk(25, 40)),
    lane('child:report', file, async (stage) => {
      await stage.reached(ANSWERING);
      await stage.ask();
      await stage.ask();
    }),
  ];
}

export function afterTheInterrupt(guarded: Outcome, without: Outcome): Remark[] {
  const { notes } = guarded;
  const [stopped, next] = turnAndNext(guarded, 'chat:alice', 0);
  const { waitedMs, passed } = next ? waitBefore(guarded, next) : { waitedMs: 0, passed: [] };
  const before = passed.length > 0 ? `, before the earlier ${passed.join(' and ')}` : '';
  const { sent, reached } = without.facts;
  return [
    {
      text: `chat:alice got no answer, but ${notes.join() || 'nothing'}`,
      holds: stopped !== undefined && notes.join() === 'ERR_SESSION_RUN_INTERRUPTED, superseded',
    },
    {
      text: `${next?.label ?? 'nobody'} came after ${waitedMs} ms${before}`,
      holds: next?.label === 'chat:alice:phone' && passed.length > 0,
    },
    {
      text: `without Penholder both are answered at once: ${sent - reached} of ${sent} turns are lost`,
      holds: without.notes.length === 0,
    },
  ];
}
