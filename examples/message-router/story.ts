/** Messages of alice, in each of the modes, while the agent works on another one of hers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { answer, working } from './agent.js';

/** What a lane wants for a message that comes while its session is busy. */
export type LaneMode = 'steer' | 'followup' | 'collect' | 'interrupt';

export interface Inbound {
  readonly sessionFile: string;
  readonly sessionKey: string;
  readonly mode: LaneMode;
  readonly text: string;
}

type OnMessage = (message: Inbound) => Promise<string | undefined>;

export async function play(onMessage: OnMessage): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penholder-message-router-'));
  const sessionFile = join(folder, 'session.jsonl');
  const say = async (mode: LaneMode, text: string): Promise<void> => {
    console.log(`  alice: ${text}`);
    const reply = await onMessage({ sessionFile, sessionKey: 'chat:alice', mode, text });
    console.log(`  to "${text}": ${reply ?? 'answered together with the message before'}`);
  };
  /** Says a message, and goes on as soon as the agent works on it. */
  const begin = async (mode: LaneMode, text: string): Promise<{ said: Promise<void> }> => {
    const said = say(mode, text);
    await working(text);
    return { said };
  };

  console.log('steer: the answer under way takes the message in');
  const trip = await begin('steer', 'plan a trip');
  await say('steer', 'by train, please');
  answer('plan a trip');
  await trip.said;

  console.log('followup: the message has a turn of its own');
  const news = await begin('followup', 'any news?');
  const sports = say('followup', 'and sports?');
  answer('any news?');
  await working('and sports?');
  answer('and sports?');
  await Promise.all([news.said, sports]);

  console.log('collect: one turn for all that came meanwhile');
  const report = await begin('collect', 'write the report');
  const notes = ['add the costs', 'and a table'].map((text) => say('collect', text));
  answer('write the report');
  await working('add the costs, and a table');
  answer('add the costs, and a table');
  await Promise.all([report.said, ...notes]);

  console.log('interrupt: the message comes instead of the answer under way');
  const poem = await begin('interrupt', 'write a poem');
  const haiku = await begin('interrupt', 'no, a haiku');
  answer('no, a haiku');
  await Promise.all([poem.said, haiku.said]);

  console.log('/stop: whoever has the session file is told to stop');
  const essay = await begin('steer', 'write an essay');
  await say('steer', '/stop');
  await essay.said;

  console.log('/recover: only what does not move is stopped, unless an operator insists');
  const joke = await begin('steer', 'tell a joke');
  await say('steer', '/recover');
  await say('steer', '/recover now');
  await joke.said;

  console.log(`what is in the file:\n${readFileSync(sessionFile, 'utf8').trimEnd()}`);
  rmSync(folder, { recursive: true });
}
