/** A program that opens the session file by itself, while a lane of this process is answered. */
import { SessionManager } from '@mariozechner/pi-coding-agent';
import { SessionError, TakeoverError } from 'penholder';

import { lane, talk } from './lanes.js';
import type { Remark } from './remarks.js';
import { assistantMessage } from './session-manager.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

const ANSWERING = 'alice gets her second answer';

/** What goes past Penholder ends the turn; its reply is in good hands, and alice goes on. */
function noteTakeover(stage: LaneStage, error: unknown): void {
  const { cause } = error as Error;
  if (!SessionError.is(error) || !(cause instanceof TakeoverError)) throw error;
  stage.mark('t');
  stage.note(`${cause.code}: another program ${cause.change} ${added(cause)} bytes`);
}

function added({ seen, expected }: TakeoverError): number {
  return seen.sizeBytes - expected.sizeBytes;
}

async function beDisturbed(stage: LaneStage): Promise<void> {
  await stage.ask();
  await stage
    .ask({ onAnswer: () => stage.reach(ANSWERING) })
    .catch((error: unknown) => noteTakeover(stage, error));
  await stage.ask({ lookUp: true });
}

/** A whole turn at once, as a terminal writes it that has the same session open. */
function goPast(file: string): Lane['play'] {
  return async (stage) => {
    await stage.reached(ANSWERING);
    const { question, answer } = stage.sayElsewhere();
    const manager = SessionManager.open(file);
    manager.appendMessage({ role: 'user', content: question, timestamp: Date.now() });
    manager.appendMessage(assistantMessage(answer, 'elsewhere'));
    stage.mark('p');
  };
}

export function oneGoesPast(file: string): Lane[] {
  return [
    lane('chat:alice', file, beDisturbed),
    lane('cron:nightly', file, talk(60, 40)),
    lane('terminal', file, goPast(file)),
  ];
}

export function afterTheBypass(guarded: Outcome, without: Outcome): Remark[] {
  const { notes, tally } = guarded;
  const [restored] = tally.restored;
  const told = restored
    ? `${restored.by} was next, found "${restored.previous.end}" and put the rescued reply into the file`
    : 'nobody was told, and no reply was rescued';
  const { sent, reached } = without.facts;
  return [
    { text: `chat:alice was stopped: ${notes.join()}`, holds: notes.length === 1 },
    { text: told, holds: restored?.previous.end === 'takeover' && tally.restored.length === 1 },
    {
      text: `without Penholder ${sent - reached} of ${sent} turns are lost, and nobody is told`,
      holds: without.notes.length === 0,
    },
  ];
}
