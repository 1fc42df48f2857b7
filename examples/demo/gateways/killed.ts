/** A gateway is killed in the middle of a model call; the other one waits for the transcript. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Remark } from '../remarks.js';
import type { GatewaySituation } from '../situations.js';
import type { Outcome } from '../stage.js';
import { HALF_A_RECORD, type GatewayLane, type GatewayStage } from './hall.js';
import { afterSignal } from './process-facts.js';

const ANSWERING = 'alice gets her second answer';
/** Its death was seen: nobody waited for its lease to expire, which takes 30 s. */
const WELL_BELOW_EXPIRY_MS = 10_000;
/** Time enough to be in the queue. */
const WAITS_MS = 150;

/** Her second message has no answer: she sends it again, and comes to the other gateway. */
async function losesHerGateway(stage: GatewayStage): Promise<void> {
  const onAnswer = (): void => stage.reach(ANSWERING);
  await stage.ask();
  await stage.ask({ wish: 'take your time', mayFail: true, onAnswer });
  // Whatever came of it, nobody may wait for it any more.
  stage.reach(ANSWERING);
  await stage.askAgain('B');
}

async function goesOn(stage: GatewayStage): Promise<void> {
  await stage.ask();
  await stage.reached(ANSWERING);
  const waiting = stage.ask();
  await sleep(WAITS_MS);
  stage.tearRecord();
  stage.signal('A', 'SIGKILL');
  await waiting;
  await stage.ask({ lookUp: true });
}

const LANES: readonly GatewayLane[] = [
  { gateway: 'A', sessionKey: 'chat:alice', kind: 'person', play: losesHerGateway },
  { gateway: 'B', sessionKey: 'chat:bob', kind: 'person', play: goesOn },
];

function line(guarded: Outcome): object {
  const { next } = afterSignal(guarded.processes, 'SIGKILL');
  const { previous, tornBytes } = next?.ticket.found ?? {};
  return { previousEnd: previous?.end, startBytes: previous?.startBytes, tornBytes };
}

function remarks(guarded: Outcome, without: Outcome): Remark[] {
  const { next, toGrantMs } = afterSignal(guarded.processes, 'SIGKILL');
  const { previous, tornBytes } = next?.ticket.found ?? {};
  const { sent, reached } = without.facts;
  return [
    {
      text: `chat:bob waited in the other process: its turn began ${toGrantMs} ms after the SIGKILL`,
      holds: next?.gateway === 'B' && toGrantMs < WELL_BELOW_EXPIRY_MS,
    },
    {
      text: `it was told that the run before "${previous?.end}", which began at byte ${previous?.startBytes}`,
      holds: previous?.end === 'died' && previous.startBytes > 0,
    },
    {
      text: `the record that the demo tore on purpose was cut before use: ${tornBytes} bytes`,
      holds: tornBytes === HALF_A_RECORD.length,
    },
    { text: `without Penholder ${sent - reached} of ${sent} turns are lost`, holds: true },
  ];
}

export const killed: GatewaySituation = {
  name: 'kill',
  title: 'two processes, one is killed in the middle of a model call',
  before: 'two turns',
  gateways: LANES,
  turns: 5,
  remarks,
  line,
  times: ({ processes }) => ({ killToGrantMs: afterSignal(processes, 'SIGKILL').toGrantMs }),
};
