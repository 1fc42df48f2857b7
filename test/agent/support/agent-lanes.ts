/**
 * Lanes that talk on one file, with a guest in every second prompt window: in turns one that writes
 * from inside the run, and one that nobody would take for a part of it.
 */
import { existsSync } from 'node:fs';
import { lineFor, type Line } from '../../../examples/demo/script.js';
import { entryBehindLast } from '../../../examples/demo/session-manager.js';
import type { Coordinator, Run } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';

export const LANES = ['chat:alice', 'heartbeat', 'cron:nightly', 'child:report'] as const;

/** What the lanes and the guests were told to be done. */
export interface Books {
  readonly sent: Line[];
  readonly delivered: string[];
}

/** Says a line to the agent in its turn. */
export type Converse = (run: Run, line: Line, onAnswer?: () => void) => Promise<unknown>;

export interface TalkingLane {
  readonly sessionKey: string;
  readonly sessionFile: string;
  readonly turns: number;
  readonly converse: Converse;
}

/** Takes its turns, one after the other; returns when its guests have written, too. */
export async function playLane(
  sessions: Coordinator,
  lane: TalkingLane,
  books: Books,
): Promise<void> {
  const { sessionKey, sessionFile, turns, converse } = lane;
  const guests: Promise<void>[] = [];
  const deliver = async (text: string): Promise<void> => {
    await sessions.write(
      sessionFile,
      (transcript) => transcript.append(entryBehindLast(sessionFile, text, 'mirror')),
      { label: 'mirror' },
    );
    books.delivered.push(text);
  };
  for (let turn = 1; turn <= turns; turn += 1) {
    const line = lineFor(`${sessionKey} ${turn}`, turn % 10 === 0);
    const text = `(${sessionKey} ${turn}) Delivered.`;
    // The agent takes a file that does not begin with its header for broken.
    const kind = existsSync(sessionFile) ? turn % 4 : 0;
    const answered = createGate();
    if (kind === 1) guests.push(answered.opened.then(() => deliver(text)));
    const onAnswer = (): void => {
      if (kind === 3 && !answered.isOpen) guests.push(deliver(text));
      answered.open();
    };
    await sessions.run({ sessionFile, sessionKey, waitMs: Infinity }, (run) =>
      converse(run, line, onAnswer),
    );
    books.sent.push(line);
  }
  await Promise.all(guests);
}
