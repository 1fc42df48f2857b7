/**
 * A gateway is paused at the worst moment, right before it writes an answer, for so long that it
 * loses its lease, and comes back while the other one has the transcript. That the late answer stays
 * out of the file needs a runner that writes through the transcript: an agent that appends by itself,
 * in a window with `onForeignAppend: 'adopt'`, has written before it can be told to stop.
 */
import type { Remark } from '../remarks.js';
import { lineFor } from '../script.js';
import type { GatewaySituation } from '../situations.js';
import type { Outcome } from '../stage.js';
import type { GatewayLane, GatewayStage } from './hall.js';
import { afterSignal } from './process-facts.js';

/** The shortest that there is: three heartbeats. */
const EXPIRE_MS = 3_000;

/** It is this one that comes too late. */
const LATE_ANSWER = lineFor('chat:alice 2', false).answer;

const STANDING = 'the gateway of alice stands still';
const OTHER_ANSWERING = 'bob gets his third answer';

async function standsStill(stage: GatewayStage): Promise<void> {
  await stage.ask();
  const onStanding = (): void => stage.reach(STANDING);
  const { text } = await stage.ask({ mayFail: true, onStanding });
  // Whatever came of it, nobody may wait for it any more.
  stage.reach(STANDING);
  // The process has come back to its senses: it takes turns as before.
  if (text === undefined) await stage.askAgain('A');
  await stage.ask();
}

async function goesOn(stage: GatewayStage): Promise<void> {
  await stage.ask();
  await stage.reached(STANDING);
  await stage.ask();
  const onAnswer = (): void => stage.reach(OTHER_ANSWERING);
  const asked = stage.ask({ wish: 'take your time', onAnswer });
  await Promise.race([stage.reached(OTHER_ANSWERING), asked]);
  stage.signal('A', 'SIGCONT');
  await asked;
}

const LANES: readonly GatewayLane[] = [
  { gateway: 'A', sessionKey: 'chat:alice', kind: 'person', play: standsStill },
  { gateway: 'B', sessionKey: 'chat:bob', kind: 'person', play: goesOn },
];

interface LateFacts {
  readonly previousEnd: string | undefined;
  /** What whoever had asked the paused gateway was told. */
  readonly why: string | undefined;
  readonly code: string | undefined;
  /** What the agent met when it wrote the answer all the same, and why. */
  readonly refusedWrites: readonly string[];
  readonly refusedBecause: readonly (string | undefined)[];
  /** How often the answer is in the file besides the one that the message got at last. */
  readonly lateAnswers: number;
}

function factsOf({ processes, transcript, ...guarded }: Outcome): LateFacts {
  const { next } = afterSignal(processes, 'SIGSTOP');
  const stopped = processes?.asked.find(({ failure }) => failure !== undefined);
  const refused = stopped?.ticket.refusedWrites ?? [];
  const answer = JSON.stringify(LATE_ANSWER);
  return {
    previousEnd: next?.ticket.found?.previous?.end,
    why: stopped?.failure?.why,
    code: stopped?.failure?.rootCode,
    refusedWrites: refused.map(({ code }) => code),
    refusedBecause: refused.map(({ rootCode }) => rootCode),
    lateAnswers:
      transcript.split(answer).length - 1 - (guarded.replies.includes(LATE_ANSWER) ? 1 : 0),
  };
}

function remarks(guarded: Outcome, without: Outcome): Remark[] {
  const { toGrantMs } = afterSignal(guarded.processes, 'SIGSTOP');
  const { previousEnd, why, code, refusedWrites, refusedBecause, lateAnswers } = factsOf(guarded);
  const { sent, reached } = without.facts;
  const refusals = refusedWrites.map((met, index) => `${met}, ${refusedBecause[index]}`).join('; ');
  return [
    {
      text:
        `the gateway of chat:alice was paused right before it wrote an answer: chat:bob had the ` +
        `turn ${toGrantMs} ms later, and was told that the run before "${previousEnd}"`,
      holds: previousEnd === 'died' && toGrantMs >= EXPIRE_MS,
    },
    {
      text:
        `continued, its next step was that write: refused before it touched the file ` +
        `(${refusals}); late answers in the file: ${lateAnswers}`,
      holds: refusedWrites.length > 0 && lateAnswers === 0,
    },
    {
      text: `its run ended (${why}, ${code}); the message was sent again, and answered`,
      holds: code === 'ERR_SESSION_LEASE_LOST',
    },
    { text: `without Penholder ${sent - reached} of ${sent} turns are lost`, holds: true },
  ];
}

export const paused: GatewaySituation = {
  name: 'pause',
  title: 'two processes, one stands still longer than its lease lasts, and comes back',
  before: 'two turns',
  gateways: LANES,
  turns: 6,
  expireMs: EXPIRE_MS,
  mostInside: 2,
  remarks,
  line: factsOf,
  times: ({ processes }) => ({ stopToGrantMs: afterSignal(processes, 'SIGSTOP').toGrantMs }),
};
