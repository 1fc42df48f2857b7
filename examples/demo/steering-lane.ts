/** Bob writes while alice is answered: the agent can take his message into the turn that it is at. */
import { lane, talk } from './lanes.js';
import type { Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

const LOOKING = 'the agent begins to look something up for alice';

async function beJoined(stage: LaneStage): Promise<void> {
  await stage.ask({ lookUp: true, onAnswer: () => stage.reach(LOOKING) });
  await stage.ask();
  await stage.ask({ lookUp: true });
}

/** The second message finds nobody who could take it: it gets a turn like any other. */
async function joinIn(stage: LaneStage): Promise<void> {
  await stage.reached(LOOKING);
  const how = await stage.send();
  if (how === 'steered') stage.mark('s');
  stage.note(how);
  await stage.ask();
}

export function oneSteers(file: string): Lane[] {
  return [
    lane('chat:alice', file, beJoined),
    lane('chat:bob', file, joinIn),
    lane('cron:nightly', file, talk(25, 40)),
  ];
}

export function afterTheSteering(guarded: Outcome, without: Outcome): Remark[] {
  const { notes, tally, replies } = guarded;
  const reply = replies.find((text) => text.includes('chat:bob 1')) ?? '';
  const { sent, reached } = without.facts;
  return [
    {
      text: `chat:bob was ${notes.join()}, and the answer to alice has his: "${reply}"`,
      holds: notes.join() === 'steered' && tally.steered === 1,
    },
    {
      text: `without Penholder it opens a turn beside hers: ${sent - reached} of ${sent} turns are lost`,
      holds: without.notes.join() === 'own turn',
    },
  ];
}
