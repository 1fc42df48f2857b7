/** A chat in a file of JSON lines: everything a turn does to that file, from its first look on. */
import { basename, join } from 'node:path';

import { createCoordinator, SessionError, type Run } from 'penholder';

import { summarise, type Entry } from './entries.js';

export type Model = (
  entries: readonly Entry[],
  message: string,
  signal: AbortSignal,
) => Promise<string>;

export interface ChatOptions {
  readonly folder: string;
  readonly model: Model;
  /** Told what was done to the file besides writing what was said. */
  readonly onRepair: (what: string) => void;
}

export interface Chat {
  /** Where the chat goes on now. */
  readonly file: string;
  /** Says something, and resolves with the reply, or with why there is none. */
  say(from: string, message: string, signal?: AbortSignal): Promise<string>;
  /** Writes a note at once, whoever has the turn. */
  note(text: string): Promise<void>;
  close(): Promise<unknown>;
}

const MOST_ENTRIES = 12;
const MOST_BYTES = 1_500;
const COMPACTION_MS = 5_000;

export function openChat({ folder, model, onRepair }: ChatOptions): Chat {
  const sessions = createCoordinator();
  /** Replies that were finished when their turn was gone. */
  const rescued: unknown[] = [];
  let part = 1;
  const fileOf = (number: number): string => join(folder, `chat-${number}.jsonl`);

  /** What a crash, or the turn before, has left behind. */
  async function repair({ transcript, previous }: Run): Promise<void> {
    const torn = await transcript.dropTornTail();
    if (torn.length > 0) onRepair(`cut a torn record of ${torn.length} bytes`);
    if (previous === undefined || previous.end === 'completed') return;
    const { end, startBytes, endBytes } = previous;
    await transcript.append({ from: 'runner', interrupted: end, startBytes, endBytes });
    onRepair(`marked bytes ${startBytes} to ${endBytes ?? startBytes}: that turn ended as ${end}`);
    for (const text of rescued.splice(0)) {
      await transcript.append({ from: 'model', text });
      onRepair(`put a rescued reply back: ${String(text)}`);
    }
  }

  async function answer(run: Run, message: string): Promise<string> {
    const { records, invalid } = await run.transcript.readRecords();
    if (invalid.length > 0) onRepair(`${invalid.length} lines are no records`);
    const reply = await run.prompt((signal) => model(records as Entry[], message, signal));
    await run.transcript.append({ from: 'model', text: reply });
    for (const { label, lengthBytes } of run.transcript.takeGuestWrites()) {
      onRepair(`${label ?? 'a stranger'} wrote ${lengthBytes} bytes meanwhile`);
    }
    return reply;
  }

  /** Keeps the file short: a summary first, and where that is not enough a new file. */
  async function tidy(run: Run): Promise<void> {
    const { transcript } = run;
    const { records } = await transcript.readRecords();
    if (records.length > MOST_ENTRIES) {
      await run.maintain(() => transcript.rewrite(summarise), { deadlineMs: COMPACTION_MS });
      onRepair(`compacted ${records.length} records`);
    }
    if ((await transcript.read()).length <= MOST_BYTES) return;
    const former = basename(transcript.path);
    await transcript.rotate(fileOf(part + 1));
    part += 1;
    await transcript.append({ from: 'runner', continues: former });
    onRepair(`went on in ${basename(transcript.path)}`);
  }

  async function say(from: string, message: string, signal?: AbortSignal): Promise<string> {
    const sessionFile = fileOf(part);
    const rescue = (reply: unknown): void => void rescued.push(reply);
    try {
      return await sessions.run({ sessionFile, sessionKey: from, signal, rescue }, async (run) => {
        await repair(run);
        await run.transcript.append({ from, text: message });
        const reply = await answer(run, message);
        await tidy(run);
        return reply;
      });
    } catch (error) {
      if (SessionError.is(error)) return `(${error.userMessage})`;
      throw error;
    }
  }

  return {
    get file() {
      return fileOf(part);
    },
    say,
    note: (text) =>
      sessions.write(fileOf(part), (transcript) => transcript.append({ from: 'note', text }), {
        label: 'a note',
      }),
    close: () => sessions.close(),
  };
}
