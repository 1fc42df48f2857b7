/**
 * One gateway, in a process of its own: takes turns of the agent when it is asked to, and tells what
 * happens. It ends with the process that started it.
 */
import { createCoordinator, SessionError, type Coordinator, type Run } from 'penholder';
import { lockFileLeases } from 'penholder/lock-file';

import { withAgent, type AgentTurn } from '../agent-turn.js';
import { createInbox } from '../inbox.js';
import { entryBehindLast, type Pen } from '../session-manager.js';
import { turnOf } from '../with-penholder.js';
import { watchedPen } from './gateway-pen.js';
import {
  clockMs,
  type Command,
  type Failure,
  type Found,
  type Happening,
  type Opening,
  type TurnWish,
} from './talk.js';

/** Waiting this long means that something is broken. */
const WAIT_MS = 20_000;
/** The shortest that there is. */
const HEARTBEAT_MS = 1_000;
const CUT_OFF = '(The answer was cut off: the process that gave it died.)';

const [agentDir = '', workDir = ''] = process.argv.slice(2);
const places = { agentDir, workDir };
/** Agents that have the file open: one that lost its turn may take a moment to notice. */
const atWork = new Set<Promise<unknown>>();

interface Seen {
  answer: boolean;
  stood: boolean;
}

const UNGUARDED: AgentTurn = { prompt: (task) => task(new AbortController().signal) };

function tell(happening: Happening): void {
  process.send?.(happening);
}

function failureFrom(error: unknown): Failure {
  const message = String(error);
  if (!SessionError.is(error)) return { code: 'none', why: undefined, rootCode: 'none', message };
  const why = 'why' in error ? String(error.why) : undefined;
  let root = error;
  while (SessionError.is(root.cause)) root = root.cause;
  return { code: error.code, why, rootCode: root.code, message };
}

/** Each situation is played with a coordinator of its own, as if the process had just begun. */
function open({ guard, expireMs }: Opening): Coordinator | undefined {
  if (guard === 'nothing') return undefined;
  return createCoordinator({
    isolated: true,
    ...(guard === 'leases' && { leases: lockFileLeases({ heartbeatMs: HEARTBEAT_MS, expireMs }) }),
    onEvent: ({ type: event, runId, sessionKey = '' }) => {
      tell({ type: 'event', event, runId, sessionKey, atMs: clockMs() });
    },
  });
}

/**
 * Before the transcript is used: a record that the dead process wrote half is cut, and a question
 * that it left without an answer gets one. Nothing that is whole is taken away.
 */
async function repair({ transcript, previous, fencingToken }: Run): Promise<Found> {
  const torn = await transcript.dropTornTail();
  if (previous?.end === 'died') {
    await transcript.append(entryBehindLast(transcript.path, CUT_OFF, 'repair'));
  }
  return { previous, fencingToken, tornBytes: torn.length };
}

/** Stands still as soon as the agent has its answer, and is about to write it. */
function penFor({ id, sessionFile, standsStill }: TurnWish, run: Run | undefined, has: Seen): Pen {
  return watchedPen(sessionFile, run?.transcript, {
    onWrite: () => {
      if (!standsStill || !has.answer || has.stood) return;
      has.stood = true;
      tell({ type: 'standing', id, atMs: clockMs() });
      process.kill(process.pid, 'SIGSTOP');
    },
    onRefused: (error) => tell({ type: 'write-refused', id, failure: failureFrom(error) }),
  });
}

/** The agent opens the file inside the turn: before it, somebody else was still writing. */
async function converse(wish: TurnWish, run?: Run): Promise<string> {
  const { id, sessionFile, question } = wish;
  const has: Seen = { answer: false, stood: false };
  const onAnswer = (): void => {
    has.answer = true;
    tell({ type: 'answering', id });
  };
  const turn = run ? turnOf(run, createInbox()) : UNGUARDED;
  const transcript = penFor(wish, run, has);
  tell({ type: 'in', id, atMs: clockMs() });
  const agent = withAgent(places, sessionFile, { ...turn, transcript }, (prompt) =>
    prompt(question, { onAnswer }),
  );
  atWork.add(agent);
  try {
    return await agent;
  } finally {
    atWork.delete(agent);
    tell({ type: 'out', id, atMs: clockMs() });
  }
}

function turnFor(wish: TurnWish, sessions: Coordinator | undefined): Promise<string> {
  if (!sessions) return converse(wish);
  const { id, sessionFile, sessionKey, kind } = wish;
  return sessions.run({ sessionFile, sessionKey, kind, waitMs: WAIT_MS }, async (run) => {
    tell({ type: 'found', id, ...(await repair(run)) });
    return converse(wish, run);
  });
}

async function takeTurn(wish: TurnWish, sessions: Coordinator | undefined): Promise<void> {
  const { id } = wish;
  try {
    tell({ type: 'answered', id, reply: await turnFor(wish, sessions) });
  } catch (error) {
    tell({ type: 'failed', id, failure: failureFrom(error) });
  }
}

async function close(sessions: Coordinator | undefined): Promise<void> {
  await Promise.allSettled(atWork);
  const { held = [], waiting = [], parked = [], draining = [] } = sessions?.inspect() ?? {};
  await sessions?.close();
  const leftOver = [...held, ...waiting, ...parked, ...draining].map(
    (run) => `${run.sessionKey} is still ${run.phase}`,
  );
  tell({ type: 'closed', leftOver });
}

let sessions: Coordinator | undefined;
process.on('message', (command: Command) => {
  if (command.do === 'open') sessions = open(command);
  if (command.do === 'turn') void takeTurn(command, sessions);
  if (command.do === 'close') void close(sessions);
});
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });
