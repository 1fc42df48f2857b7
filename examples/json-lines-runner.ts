/**
 * A small runner of a chat in a file of JSON lines, and what it does about a crash, a stop, a
 * program that writes past it, and a file that grows: `npx tsx examples/json-lines-runner.ts`.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openChat, type Model } from './json-lines/chat.js';

const folder = mkdtempSync(join(tmpdir(), 'penholder-json-lines-'));
/** What happens while the model thinks about this message. */
const meanwhile = new Map<string, () => unknown>();

/** Stands for a model: it tells how much it was shown. */
const model: Model = async (entries, message, signal) => {
  await meanwhile.get(message)?.();
  await sleep(30, undefined, { signal });
  return `"${message}" is record ${entries.length} of this file`;
};

const chat = openChat({ folder, model, onRepair: (what) => console.log(`  - ${what}`) });

async function say(from: string, message: string, signal?: AbortSignal): Promise<void> {
  console.log(`  ${from}: ${message.length > 40 ? `${message.slice(0, 40)}...` : message}`);
  const reply = await chat.say(from, message, signal);
  console.log(`  model to ${from}: ${reply.length > 80 ? `${reply.slice(0, 80)}...` : reply}`);
}

function chapter(title: string): void {
  console.log(`\n${title}`);
}

chapter('The process died in the middle of a record. The next turn repairs that first.');
writeFileSync(chat.file, '{"from":"alice","text":"are you there?"}\n{"from":"model","te');
await say('alice', 'hello');

chapter('Two people at once take turns, and a note is written while the first is answered.');
meanwhile.set('how are you?', () => chat.note('a parcel has come'));
await Promise.all([say('alice', 'how are you?'), say('bob', 'good morning')]);

chapter('Alice presses stop. What her turn left is marked by the next one.');
const stop = new AbortController();
meanwhile.set('never mind', () => stop.abort());
await say('alice', 'never mind', stop.signal);
await say('bob', 'what did she say?');

chapter('A program that knows nothing of Penholder writes. Its words and the reply are both kept.');
const foreign = `${JSON.stringify({ from: 'cli', text: 'from elsewhere' })}\n`;
meanwhile.set('still there?', () => appendFileSync(chat.file, foreign));
await say('bob', 'still there?');
await say('bob', 'once more');

chapter('A long message makes the file too large: the turn, and who waits, go on in a new one.');
const long = `see this log: ${'all is well, '.repeat(120)}`;
await Promise.all([say('alice', long), say('bob', 'and now?')]);

chapter(`What is in ${basename(chat.file)}:`);
console.log(readFileSync(chat.file, 'utf8').trimEnd());
await chat.close();
rmSync(folder, { recursive: true });
