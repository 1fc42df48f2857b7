/** The runs that recovery meets: one that is well, one that hangs, and one that waits for it. */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { RunInterruptedError, SessionError, type Coordinator, type Run } from 'penholder';

import type { AgentFolder } from './agent-folder.js';
import { withAgent, type AgentTurn } from './agent-turn.js';
import { createHungTool } from './hung-tool.js';
import { createInbox } from './inbox.js';
import { createMoments } from './moments.js';
import type { Recovered, RecoveryFacts } from './recovery-facts.js';
import type { Narrator } from './recovery-story.js';
import { lineFor, type Line, type Wish } from './script.js';
import { turnOf } from './with-penholder.js';

/** Waiting this long means that something is broken. */
export const WAIT_MS = 20_000;

export type Status = Recovered['outcome']['status'];

export interface RecoveryStage {
  readonly folder: AgentFolder;
  readonly sessions: Coordinator;
  readonly file: string;
  readonly narrator: Narrator;
  /** Reports the session without a run, and waits until a recovery of it has this status. */
  report(status: Status): Promise<Recovered>;
}

interface Lane extends Pick<Run, 'runId' | 'kind'> {
  readonly sessionKey: string;
  readonly wish: Wish | false;
}

const WELL: Lane = {
  runId: 'alice-1',
  sessionKey: 'chat:alice',
  kind: 'person',
  wish: 'take your time',
};
const HUNG: Lane = {
  runId: 'nightly-1',
  sessionKey: 'cron:nightly',
  kind: 'cron',
  wish: 'call the host',
};
const NEXT: Lane = { runId: 'bob-1', sessionKey: 'chat:bob', kind: 'person', wish: false };

function lineOf({ sessionKey, wish }: Lane): Line {
  return lineFor(`${sessionKey} 1`, wish);
}

/** What is in the transcript when all is over. */
export const ANSWERED: readonly Line[] = [WELL, NEXT].map(lineOf);

interface Extras {
  readonly onAnswer?: () => void;
  readonly tools?: AgentTurn['tools'];
}

/** One turn of the agent with one message. */
async function converse(
  { sessions, folder, file, narrator }: RecoveryStage,
  lane: Lane,
  extrasOf: (run: Run) => Extras = () => ({}),
): Promise<string> {
  const { wish: _, ...names } = lane;
  const request = { ...names, sessionFile: file, waitMs: WAIT_MS };
  const reply = await sessions.run(request, (run) => {
    const { tools, onAnswer } = extrasOf(run);
    return withAgent(folder, file, { ...turnOf(run, createInbox()), tools }, (prompt) =>
      prompt(lineOf(lane).question, onAnswer && { onAnswer }),
    );
  });
  narrator.tell(lane.sessionKey, `has its answer: "${reply}"`);
  return reply;
}

/** Asked for while a run is well: it is left alone, and ends by itself. */
export async function recoverFromWell(stage: RecoveryStage): Promise<Recovered> {
  const { reach, reached } = createMoments();
  stage.narrator.chapter('The run that has the file is well:');
  const [recovered] = await Promise.all([
    reached('answering').then(() => stage.report('skipped')),
    converse(stage, WELL, () => ({ onAnswer: () => reach('answering') })),
  ]);
  return recovered;
}

type AfterTheHang = Pick<RecoveryFacts, 'second' | 'nextReply' | 'lateWrite' | 'lateBytes'>;

/** Asked for while a run hangs in a tool, which comes back when it is too late. */
export async function recoverFromHung(stage: RecoveryStage): Promise<AfterTheHang> {
  const { file, narrator, sessions } = stage;
  const tool = createHungTool();
  narrator.chapter('The run that has the file hangs:');
  const hung = converse(stage, HUNG, (run) => ({ tools: [tool.forRun(run)] }));
  const told = hung.catch((error: unknown) =>
    narrator.tell(HUNG.sessionKey, `its caller gets ${nameOf(error)}`),
  );
  await tool.called;
  narrator.tell(HUNG.sessionKey, 'hangs in a tool that ignores its signal');
  const waiting = converse(stage, NEXT);
  const [second, nextReply] = await Promise.all([stage.report('revoked'), waiting, told]);
  const before = statSync(file).size;
  const lateWrite = await tool.comeBack();
  narrator.tell(HUNG.sessionKey, `its tool comes back, writes: ${nameOf(lateWrite)}`);
  // The agent goes on from there: what it wants to write itself is refused, too.
  while (sessions.inspect().draining.length > 0) await sleep(10);
  return { second, nextReply, lateWrite, lateBytes: statSync(file).size - before };
}

function nameOf(error: unknown): string {
  if (!SessionError.is(error)) return error instanceof Error ? error.name : 'no error';
  return error instanceof RunInterruptedError ? `${error.code}, ${error.why}` : error.code;
}
