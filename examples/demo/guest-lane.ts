/** A delivery mirror: it notes in the transcript what was sent to people, and takes no turns. */
import { setTimeout as sleep } from 'node:timers/promises';

import { lane, talk } from './lanes.js';
import type { Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

const DELIVERIES = 16;
const PAUSE_MS = 37;

async function mirror(stage: LaneStage): Promise<void> {
  for (let count = 0; count < DELIVERIES; count += 1) {
    await sleep(PAUSE_MS);
    await stage.deliver();
    stage.mark('g');
  }
}

export function oneMirrors(file: string): Lane[] {
  return [
    lane('chat:alice', file, talk(0, 30)),
    lane('heartbeat', file, talk(10, 50)),
    lane('cron:nightly', file, talk(25, 40)),
    lane('mirror', file, mirror),
  ];
}

export function afterTheGuest(guarded: Outcome, without: Outcome): Remark[] {
  const { facts, tally } = guarded;
  const reached = `the agent finds ${facts.deliveredReached} of its ${facts.delivered} records`;
  const lost = without.facts.delivered - without.facts.deliveredReached;
  return [
    {
      text: `mirror wrote ${tally.guests} times into a turn of somebody else: ${reached}`,
      holds: tally.guests > 0 && facts.deliveredReached === DELIVERIES,
    },
    { text: `without Penholder ${lost} of ${DELIVERIES} records are lost to it`, holds: true },
  ];
}
