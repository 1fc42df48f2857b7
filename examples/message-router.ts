/**
 * How messages come in: what a second one gets while the first is answered, how a turn is stopped,
 * and who finds the one that hangs. Run it with `npx tsx examples/message-router.ts`.
 */
import { createCoordinator, SessionError, type AdmissionMode, type Run } from 'penholder';

import { type Agent, openAgent } from './message-router/agent.js';
import { type Inbound, type LaneMode, play } from './message-router/story.js';

/** What a message gets while its session is busy, by the mode of its lane. */
const ADMISSION: Readonly<Record<LaneMode, AdmissionMode>> = {
  steer: 'steer', // into the answer under way; where that is not possible, its turn comes after it
  followup: 'queue', // a turn of its own, in the order of arrival
  collect: 'queue', // one turn for all that came meanwhile
  interrupt: 'interrupt', // instead of the answer under way
};

const sessions = createCoordinator({ settleMs: 5_000 });
const monitor = sessions.monitor({ intervalMs: 10_000, warnAfterMs: 60_000 });
monitor.on('stuck', ({ sessionKey, reason }) => console.warn('stuck', { sessionKey, reason }));
monitor.on('recovery-completed', ({ sessionKey, outcome }) =>
  console.warn('recovery', { sessionKey, ...outcome }),
);

interface Batch {
  readonly texts: string[];
  readonly reply: Promise<string | undefined>;
}

/** By lane: messages that wait for one turn together. */
const batches = new Map<string, Batch>();

/** The reply, or what a person is told instead; none where the reply to another message has it. */
async function onMessage(message: Inbound): Promise<string | undefined> {
  const { sessionFile, sessionKey, mode, text } = message;
  // By the file: the turn may be under another key of the same session.
  if (text === '/stop') return (await sessions.interrupt({ sessionFile })).status;
  if (text.startsWith('/recover')) return await recover(sessionFile, text.endsWith(' now'));
  const batch = mode === 'collect' ? batches.get(sessionKey) : undefined;
  if (batch) {
    batch.texts.push(text);
    return await batch.reply;
  }
  const texts = [text];
  const reply = ask(message, texts);
  if (mode === 'collect') batches.set(sessionKey, { texts, reply });
  return await reply;
}

async function ask(message: Inbound, texts: readonly string[]): Promise<string | undefined> {
  const { sessionFile, sessionKey } = message;
  monitor.report({ sessionFile, sessionKey, state: 'processing' });
  try {
    return await admit(message, texts);
  } catch (error) {
    if (SessionError.is(error)) return error.userMessage; // stopped, waited too long, ...
    throw error;
  } finally {
    closeBatch(sessionKey, texts);
    monitor.report({ sessionFile, sessionKey, state: 'idle' });
  }
}

/** What comes from now on waits for the next turn. */
function closeBatch(sessionKey: string, texts: readonly string[]): void {
  if (batches.get(sessionKey)?.texts === texts) batches.delete(sessionKey);
}

async function admit(
  { sessionFile, sessionKey, mode, text }: Inbound,
  texts: readonly string[],
): Promise<string | undefined> {
  let agent: Agent | undefined;
  const steer = (message: unknown): boolean => agent?.steer(String(message)) ?? false;
  const request = { sessionFile, sessionKey, mode: ADMISSION[mode], message: text, steer };
  const admission = await sessions.admit(request);
  if (admission.outcome === 'steered') return undefined;
  if (admission.outcome === 'busy') return 'Too many messages wait already. Try again later.';
  return await sessions.run(admission.ticket, async (run) => {
    closeBatch(sessionKey, texts);
    const { records } = await run.transcript.readRecords();
    agent = openAgent(records, () => run.progress());
    return await converse(run, agent, texts.join(', '));
  });
}

async function converse(run: Run, agent: Agent, text: string): Promise<string> {
  const reply = await run.prompt((signal) => agent.prompt(text, signal));
  await run.transcript.append({ asked: agent.asked }, { reply });
  return reply;
}

/** For operators: does nothing to a run that is well, unless they insist. */
async function recover(sessionFile: string, allowActiveAbort: boolean): Promise<string> {
  const outcome = await sessions.recover({ sessionFile, silentMs: 60_000, allowActiveAbort });
  return `${outcome.status}, ${outcome.reason}`;
}

await play(onMessage);
console.log(await sessions.close());
