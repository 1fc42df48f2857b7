/**
 * The same lanes twice: as they come (here), and taking turns (with-penholder.ts). Nothing else
 * differs between the two.
 */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { PreviousRun, RunKind } from 'penholder';

import type { AgentTurn } from './agent-turn.js';
import type { Stretch } from './stretches.js';

export interface LaneName {
  /** What the picture calls it. */
  readonly label: string;
  readonly sessionKey: string;
  readonly kind: RunKind;
  /** As this lane spells it. */
  readonly sessionFile: string;
}

export type Update = (content: Buffer) => Promise<string>;

export interface Turn extends AgentTurn {
  readonly signal: AbortSignal;
  /** Fires when somebody more urgent waits. */
  readonly yieldSignal: AbortSignal;
  /** Replaces the content of the file. */
  compact(update: Update): Promise<void>;
}

/** What was seen besides the turns themselves. */
export interface Tally {
  /** Runs that a takeover ended. */
  readonly takeovers: number;
  /** Guests that wrote while somebody else had the turn. */
  readonly guests: number;
  /** Replies that a takeover kept from the file, and that the next turn put into it. */
  readonly restored: readonly Restored[];
  /** Messages that the turn of somebody else has taken in. */
  readonly steered: number;
}

export interface Restored {
  readonly reply: string;
  /** The lane whose turn it was. */
  readonly by: string;
  readonly previous: PreviousRun;
}

export type Work<T> = (turn: Turn) => Promise<T>;

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** The message cannot wait: who has the turn is told to stop. */
  readonly interrupts?: boolean | undefined;
}

export interface Variant {
  readonly guarded: boolean;
  takeTurn<T>(lane: LaneName, work: Work<T>, options?: TurnOptions): Promise<T>;
  /** Hands the message to whoever is answered, and else takes a turn; says which of the two. */
  send(lane: LaneName, message: string, work: Work<void>): Promise<'steered' | 'own turn'>;
  /** Puts an entry into the file without a turn; it is made when its moment has come. */
  deliver(lane: LaneName, entry: () => object): Promise<void>;
  /** What was seen so far, in order of its beginning. */
  stretches(): Stretch[];
  tally(): Tally;
  /** Frees what it holds, and says what was left over. */
  close(): Promise<string[]>;
}

function neverFires(): AbortSignal {
  return new AbortController().signal;
}

/** Everybody starts at once; what it measures is when a lane was inside. */
export function withoutPenholder(): Variant {
  const stretches: Stretch[] = [];
  const takeTurn: Variant['takeTurn'] = async ({ label, sessionFile }, work, options = {}) => {
    const { signal = neverFires() } = options;
    const fromMs = Date.now();
    try {
      const value = await work({
        signal,
        yieldSignal: neverFires(),
        prompt: (task) => task(signal),
        compact: (update) => replaceContent(sessionFile, update),
      });
      signal.throwIfAborted();
      return value;
    } finally {
      stretches.push({ label, state: 'holding', fromMs, toMs: Date.now() });
    }
  };
  return {
    guarded: false,
    takeTurn,
    send: async (lane, _, work) => {
      await takeTurn(lane, work);
      return 'own turn';
    },
    deliver: async ({ sessionFile }, entry) => {
      appendFileSync(sessionFile, `${JSON.stringify(entry())}\n`);
    },
    stretches: () => stretches.toSorted((one, other) => one.fromMs - other.fromMs),
    tally: () => ({ takeovers: 0, guests: 0, restored: [], steered: 0 }),
    close: () => Promise.resolve([]),
  };
}

/** As careful as it can be done without knowing of others: a new file, then renamed. */
async function replaceContent(path: string, update: Update): Promise<void> {
  const content = await update(readFileSync(path));
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}
