/** Lets the lanes of a situation play in one variant, and keeps the books about what happened. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import type { AgentFolder } from './agent-folder.js';
import { withAgent, type Prompt, type PromptOptions } from './agent-turn.js';
import { createMoments, type Moments } from './moments.js';
import { lineFor, type Line } from './scripted-model.js';
import { measureTranscript, type TranscriptFacts } from './transcript-facts.js';
import type { LaneName, Stretch, Turn, Variant } from './variants.js';

/** Worth a sign in the picture: the lane was asked to yield, it threw, it was aborted. */
type Sign = 'y' | '!' | 'a';

interface Mark {
  readonly label: string;
  readonly sign: Sign;
  readonly atMs: number;
}

export interface Message extends PromptOptions {
  /** The model calls a tool before it answers. */
  readonly lookUp?: boolean;
}

export type Say = (message?: Message) => Promise<void>;

/** What a lane can do while it plays. */
export interface LaneStage extends Moments {
  /** One turn with one message. */
  ask(message?: Message): Promise<void>;
  /** One turn with as many messages as the work sends. */
  takeTurn<T>(work: (say: Say, turn: Turn) => Promise<T>, signal?: AbortSignal): Promise<T>;
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
  /** What a lane did not expect, and what the variant had left over at its end. */
  readonly failures: readonly string[];
  readonly transcript: string;
  readonly tookMs: number;
}

interface Books {
  inside: number;
  mostInside: number;
  readonly sent: Line[];
  readonly marks: Mark[];
  readonly notes: string[];
  readonly failures: string[];
}

interface Setting {
  readonly folder: AgentFolder;
  readonly variant: Variant;
  readonly books: Books;
  readonly moments: Moments;
}

/** Counted by the lanes themselves: it does not believe the coordinator. */
async function countInside<T>(books: Books, work: () => Promise<T>): Promise<T> {
  books.inside += 1;
  books.mostInside = Math.max(books.mostInside, books.inside);
  try {
    return await work();
  } finally {
    books.inside -= 1;
  }
}

function stageFor(lane: Lane, { folder, variant, books, moments }: Setting): LaneStage {
  let messages = 0;
  const sayWith = (prompt: Prompt, turn: Turn): Say => {
    return async ({ lookUp = false, ...options } = {}) => {
      messages += 1;
      const line = lineFor(`${lane.sessionKey} ${messages}`, lookUp);
      const answer = await prompt(line.question, { ...options, signal: turn.signal });
      if (answer !== line.answer) throw new Error(`"${line.question}" got "${answer}"`);
      books.sent.push(line);
    };
  };
  const takeTurn: LaneStage['takeTurn'] = (work, signal) => {
    // The agent opens the file inside the turn: before it, somebody else was still writing.
    const open = (turn: Turn): ReturnType<typeof work> =>
      withAgent(folder, lane.sessionFile, (prompt) => work(sayWith(prompt, turn), turn));
    return variant.takeTurn(lane, (turn) => countInside(books, () => open(turn)), signal);
  };
  return {
    ...moments,
    takeTurn,
    ask: ({ signal, ...message } = {}) => takeTurn((say) => say(message), signal),
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
  const books: Books = { inside: 0, mostInside: 0, sent: [], marks: [], notes: [], failures: [] };
  const moments = createMoments();
  const startedMs = performance.now();
  await Promise.all(lanes.map((lane) => playLane(lane, { folder, variant, books, moments })));
  const tookMs = performance.now() - startedMs;
  const leftOver = await variant.close();
  return {
    labels: lanes.map(({ label }) => label),
    guarded: variant.guarded,
    mostInside: books.mostInside,
    facts: measureTranscript(file, books.sent),
    stretches: variant.stretches(),
    marks: books.marks,
    notes: books.notes,
    failures: [...books.failures, ...leftOver],
    transcript: readFileSync(file, 'utf8'),
    tookMs,
  };
}
