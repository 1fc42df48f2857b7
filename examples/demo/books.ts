/** The books of a situation: what its lanes did, in their own words. */
import type { Line } from './script.js';
import type { Tally } from './variants.js';

/**
 * Worth a sign in the picture: the lane was asked to yield, it threw, it was aborted, it wrote as a
 * guest, it wrote past Penholder, a takeover ended its turn, it rewrote the file, its message was
 * steered into the turn of another lane, it interrupted that turn, its process was killed, paused,
 * and continued.
 */
export type Sign = 'y' | '!' | 'a' | 'g' | 'p' | 't' | 'r' | 's' | 'i' | 'k' | 'z' | 'c';

export interface Mark {
  readonly label: string;
  readonly sign: Sign;
  readonly atMs: number;
}

export interface Books {
  inside: number;
  mostInside: number;
  readonly sent: Line[];
  /** Every line that was begun, also where its turn came to nothing. */
  readonly begun: Line[];
  /** What the agent has answered to anybody. */
  readonly replies: string[];
  readonly delivered: string[];
  readonly marks: Mark[];
  readonly notes: string[];
  readonly failures: string[];
}

export function openBooks(): Books {
  const lines = { sent: [], begun: [], replies: [], delivered: [] };
  return { inside: 0, mostInside: 0, ...lines, marks: [], notes: [], failures: [] };
}

/** A reply that was put back after its turn has reached whoever sent the message, after all. */
export function sentIn({ sent, begun }: Books, { restored }: Tally): Line[] {
  const replies = new Set(restored.map(({ reply }) => reply));
  return [...sent, ...begun.filter(({ answer }) => replies.has(answer))];
}

/** Sent and answered: perhaps together with the messages of others, in one reply. */
export function noteAnswered(books: Books, line: Line): void {
  const reply = books.replies.findLast((text) => text.includes(line.answer));
  if (reply === undefined) throw new Error(`"${line.question}" got "${books.replies.at(-1)}"`);
  books.sent.push({ ...line, answer: reply });
}

/** Counted by the lanes themselves: it does not believe the coordinator. */
export async function countInside<T>(books: Books, work: () => Promise<T>): Promise<T> {
  books.inside += 1;
  books.mostInside = Math.max(books.mostInside, books.inside);
  try {
    return await work();
  } finally {
    books.inside -= 1;
  }
}
