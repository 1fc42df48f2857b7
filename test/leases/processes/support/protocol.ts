/** What is said between a test and its actors. */

interface Commands {
  /** `isTurn: false`: nobody does anything with it. */
  acquire: { runId: string; startBytes?: number; wait?: boolean; isTurn?: boolean };
  isHeld: object;
  release: object;
  stopWaiting: object;
  lostCount: object;
  inspect: object;
  ping: object;
  standStill: { untilFile: string };
  forbidWatching: object;
  becomeNobody: object;
  finish: object;
}

export interface Answers {
  acquire: {
    token: number;
    died?: { runId: string; startBytes: number | undefined };
    diedPid?: number | undefined;
  };
  isHeld: boolean;
  release: undefined;
  stopWaiting: undefined;
  lostCount: number;
  inspect: string | undefined;
  ping: 'pong';
  standStill: { isHeld: boolean; lostBefore: number };
  forbidWatching: undefined;
  becomeNobody: undefined;
  finish: undefined;
}

export type CommandName = keyof Commands;
export type Arguments<Name extends CommandName> = Commands[Name];
export type Command<Name extends CommandName = CommandName> = {
  [Each in Name]: { do: Each } & Commands[Each];
}[Name];

/** What an actor tells: answers, and what happens to it meanwhile. */
export type Happening =
  | { type: 'ready'; pid: number }
  | { type: 'waiting'; runId: string | undefined }
  | { type: 'lost'; code: string }
  | { type: 'standing' }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'failed'; id: number; failure: Record<string, string | undefined> };
