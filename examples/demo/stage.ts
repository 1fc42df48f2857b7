/** Lets the lanes of a situation play in one variant, and keeps the books about what happened. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import type { AgentFolder } from './agent-folder.js';
import { withAgent, type Prompt, type PromptOptions } from './agent-turn.js';
import {
  countInside,
  noteAnswered,
  openBooks,
  sentIn,
  type Books,
  type Mark,
  type Sign,
} from './books.js';
import type { ProcessFacts } from './gateways/process-facts.js';
import { createMoments, type Moments } from './moments.js';
import { lineFor, type Line, type Wish } from './script.js';
import { entryBehindLast } from './session-manager.js';
import type { Stretch } from './stretches.js';
import { measureTranscript, type TranscriptFacts } from './transcript-facts.js';
import type { LaneName, Tally, Turn, TurnOptions, Variant } from './variants.js';

export interface Message extends PromptOptions, TurnOptions {
  /** The model calls a tool before it answers. */
  readonly lookUp?: boolean;
  readonly wish?: Wish;
}

export type Say = (message?: Message) => Promise<void>;

/** What a lane can do while it plays. */
export interface LaneStage extends Moments {
  /** One turn with one message. */
  ask(message?: Message): Promise<void>;
  /** One turn with as many messages as the work sends. */
  takeTurn<T>(work: (say: Say, turn: Turn) => Promise<T>, options?: TurnOptions): Promise<T>;
  /** One message for whoever is answered just now, or else a turn; says what became of it. */
  send(): Promise<'steered' | 'own turn'>;
  /** Writes a record without a turn, as a mirror of what was delivered does. */
  deliver(): Promise<void>;
  /** A line that no lane says: the caller sees to it that both halves of it are in the file. */
  sayElsewhere(): Line;
  mark(sign: Sign): void;
  /** A word about what happened. */
  note(text: string): void;
}

export interface Lane extends LaneName {
  readonly play: (stage: LaneStage) => Promise<void>;
}

/** What one situation came to in one variant. */
export interface Outcome {
  /** Of the lanes, in the order in which they were named. */
  readonly labels: readonly string[];
  /** Whether the lanes took turns. */
  readonly guarded: boolean;
  /** How many lanes had the agent open on the file at the same time, at most. */
  readonly mostInside: number;
  readonly facts: TranscriptFacts;
  readonly stretches: readonly Stretch[];
  readonly marks: readonly Mark[];
  readonly notes: readonly string[];
  /** What the agent has answered. */
  readonly replies: readonly string[];
  readonly tally: Tally;
  /** What a lane did not expect, and what the variant had left over at its end. */
  readonly failures: readonly string[];
  readonly transcript: string;
  readonly tookMs: number;
  /** Where the lanes are answered by other processes. */
  readonly processes?: ProcessFacts;
}

interface Setting {
  readonly folder: AgentFolder;
  readonly variant: Variant;
  readonly books: Books;
  readonly moments: Moments;
}

function stageFor(lane: Lane, { folder, variant, books, moments }: Setting): LaneStage {
  let messages = 0;
  const nextLine = (wish: Wish | boolean): Line => {
    messages += 1;
    const line = lineFor(`${lane.sessionKey} ${messages}`, wish);
    books.begun.push(line);
    return line;
  };
  const sayLine = async (prompt: Prompt, line: Line, options?: PromptOptions): Promise<void> => {
    books.replies.push(...(await prompt(line.question, options)).split('\n'));
    noteAnswered(books, line);
  };
  const sayWith = (prompt: Prompt): Say => {
    return ({ lookUp = false, wish, ...options } = {}) =>
      sayLine(prompt, nextLine(wish ?? lookUp), options);
  };
  // The agent opens the file inside the turn: before it, somebody else was still writing.
  const inside = <T>(turn: Turn, work: (prompt: Prompt) => Promise<T>): Promise<T> =>
    countInside(books, () => withAgent(folder, lane.sessionFile, turn, work));
  const takeTurn: LaneStage['takeTurn'] = (work, options) =>
    variant.takeTurn(
      lane,
      (turn) => inside(turn, (prompt) => work(sayWith(prompt), turn)),
      options,
    );
  return {
    ...moments,
    takeTurn,
    ask: ({ signal, interrupts, ...message } = {}) =>
      takeTurn((say) => say(message), { signal, interrupts }),
    send: async () => {
      const line = nextLine(false);
      const how = await variant.send(lane, line.question, (turn) =>
        inside(turn, (prompt) => sayLine(prompt, line)),
      );
      // Then its answer is a part of what the agent said to the lane that had the turn.
      if (how === 'steered') noteAnswered(books, line);
      return how;
    },
    deliver: async () => {
      const text = `(${lane.sessionKey} ${books.delivered.length + 1}) Delivered.`;
      await variant.deliver(lane, () => entryBehindLast(lane.sessionFile, text, 'mirror'));
      books.delivered.push(text);
    },
    sayElsewhere: () => {
      const line = nextLine(false);
      books.sent.push(line);
      return line;
    },
    mark: (sign) => books.marks.push({ label: lane.label, sign, atMs: Date.now() }),
    note: (text) => books.notes.push(text),
  };
}

async function playLane(lane: Lane, setting: Setting): Promise<void> {
  try {
    await lane.play(stageFor(lane, setting));
  } catch (error) {
    setting.books.failures.push(`${lane.label} failed: ${String(error)}`);
  }
}

/** All lanes at once; the file is measured when the last one has finished. */
export async function play(
  lanes: readonly Lane[],
  file: string,
  folder: AgentFolder,
  variant: Variant,
): Promise<Outcome> {
  const books = openBooks();
  const moments = createMoments();
  const startedMs = performance.now();
  await Promise.all(lanes.map((lane) => playLane(lane, { folder, variant, books, moments })));
  const tookMs = performance.now() - startedMs;
  const leftOver = await variant.close();
  const tally = variant.tally();
  return {
    labels: lanes.map(({ label }) => label),
    guarded: variant.guarded,
    mostInside: books.mostInside,
    facts: measureTranscript(file, sentIn(books, tally), books.delivered),
    stretches: variant.stretches(),
    marks: books.marks,
    notes: books.notes,
    replies: books.replies,
    tally,
    failures: [...books.failures, ...leftOver],
    transcript: readFileSync(file, 'utf8'),
    tookMs,
  };
}
