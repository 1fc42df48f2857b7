/** What people do who talk to gateways: they see replies, and nothing of the transcript. */
import { appendFileSync } from 'node:fs';

import type { RunKind } from 'penholder';

import { noteAnswered, type Books, type Sign } from '../books.js';
import type { Moments } from '../moments.js';
import { lineFor, type Line } from '../script.js';
import type { Message } from '../stage.js';
import type { Desk, Reply, Ticket } from './desk.js';
import { clockMs, type Signal } from './talk.js';

/** As gateways are called in the pictures. */
export type GatewayName = 'A' | 'B';

export interface GatewayMessage extends Pick<Message, 'lookUp' | 'wish' | 'onAnswer'> {
  /** Its gateway may be stopped before there is an answer. */
  readonly mayFail?: boolean;
  /** Its gateway stands still right before it writes the answer: called when it does. */
  readonly onStanding?: () => void;
}

/** What came of one message. */
export interface Asked extends Reply {
  readonly gateway: GatewayName;
  readonly ticket: Ticket;
}

export interface GatewayStage extends Moments {
  /** One message, which is a turn. */
  ask(message?: GatewayMessage): Promise<Asked>;
  /** The last message once more, to this gateway. */
  askAgain(gateway: GatewayName): Promise<Asked>;
  signal(gateway: GatewayName, signal: 'SIGKILL' | 'SIGCONT'): void;
  /** Leaves the first half of a record, as a process does that dies while it writes. */
  tearRecord(): void;
}

export interface GatewayLane {
  /** Whom it talks to. */
  readonly gateway: GatewayName;
  readonly sessionKey: string;
  readonly kind: RunKind;
  readonly play: (stage: GatewayStage) => Promise<void>;
}

export interface Hall {
  readonly file: string;
  readonly desks: Readonly<Record<GatewayName, Desk>>;
  /** The row of the picture on which it is seen what happens to a gateway. */
  readonly rows: Readonly<Record<GatewayName, string>>;
  readonly books: Books;
  readonly moments: Moments;
  readonly asked: Asked[];
  readonly signals: { signal: Signal; atMs: number }[];
  /** One of the processes will be missing. */
  readonly onKilled: () => void;
}

const SIGNS: Readonly<Record<Signal, Sign>> = { SIGKILL: 'k', SIGSTOP: 'z', SIGCONT: 'c' };
export const HALF_A_RECORD = '{"type":"message","id":"torn","mess';

export function labelOf({ gateway, sessionKey }: GatewayLane): string {
  return `${gateway} ${sessionKey}`;
}

export function stageFor(lane: GatewayLane, hall: Hall): GatewayStage {
  const { file, desks, rows, books, moments, asked, signals, onKilled } = hall;
  const { sessionKey, kind } = lane;
  let messages = 0;
  let line: Line;
  const note = (gateway: GatewayName, signal: Signal, atMs: number): void => {
    signals.push({ signal, atMs });
    books.marks.push({ label: rows[gateway], sign: SIGNS[signal], atMs });
  };
  const send = async (
    gateway: GatewayName,
    { onAnswer, onStanding, mayFail = false }: GatewayMessage = {},
  ): Promise<Asked> => {
    books.begun.push(line);
    const { question } = line;
    const wish = {
      sessionFile: file,
      sessionKey,
      kind,
      question,
      standsStill: onStanding !== undefined,
    };
    const { ticket, reply } = desks[gateway].ask(wish, {
      onAnswer,
      onStanding: (atMs) => {
        note(gateway, 'SIGSTOP', atMs);
        onStanding?.();
      },
    });
    const outcome: Asked = { gateway, ticket, ...(await reply) };
    asked.push(outcome);
    const { text, failure } = outcome;
    if (text !== undefined) {
      books.replies.push(...text.split('\n'));
      noteAnswered(books, line);
    } else if (!mayFail) {
      books.failures.push(`${labelOf(lane)}: ${failure?.message ?? 'its gateway is gone'}`);
    }
    return outcome;
  };
  return {
    ...moments,
    ask: ({ lookUp = false, wish, ...message } = {}) => {
      messages += 1;
      line = lineFor(`${sessionKey} ${messages}`, wish ?? lookUp);
      return send(lane.gateway, message);
    },
    askAgain: (gateway) => send(gateway),
    signal: (gateway, signal) => {
      const atMs = clockMs();
      desks[gateway].signal(signal, atMs);
      note(gateway, signal, atMs);
      if (signal === 'SIGKILL') onKilled();
    },
    tearRecord: () => appendFileSync(file, HALF_A_RECORD),
  };
}
