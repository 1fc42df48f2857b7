import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentFolder } from '../../examples/demo/agent-folder.js';
import { measureTranscript, type TranscriptFacts } from '../../examples/demo/transcript-facts.js';
import { createCoordinator, type OwnershipEvent } from '../../src/index.js';
import { type Books, type Converse, LANES, playLane } from './support/agent-lanes.js';
import { managerAlone, startAgent, useAgentFolder } from './support/converse.js';

/** `PENHOLDER_AGENT_TURNS=1000 npx vitest run --project source test/agent/agent-turns.test.ts` */
const WANTED = process.env['PENHOLDER_AGENT_TURNS'];
const TIMEOUT_MS = 900_000;

interface Figures extends TranscriptFacts {
  readonly takeovers: number;
  /** Guests that wrote into a turn of somebody else. */
  readonly joined: number;
  readonly completed: number;
  readonly leftOver: number;
  readonly seconds: number;
}

/** All lanes on one file that does not exist yet. */
async function play(folder: AgentFolder, converse: Converse, turns: number): Promise<Figures> {
  const sessionFile = join(folder.newSessionFolder(), 'session.jsonl');
  const types = new Map<OwnershipEvent['type'], number>();
  const onEvent = ({ type }: OwnershipEvent): void => {
    types.set(type, (types.get(type) ?? 0) + 1);
  };
  const sessions = createCoordinator({ isolated: true, onEvent });
  const books: Books = { sent: [], delivered: [] };
  const startedMs = performance.now();
  const lanes = LANES.map((sessionKey) => {
    const lane = { sessionKey, sessionFile, turns: turns / LANES.length, converse };
    return playLane(sessions, lane, books);
  });
  await Promise.all(lanes);
  const seconds = (performance.now() - startedMs) / 1000;
  const { counters, held, waiting } = sessions.inspect();
  return {
    ...measureTranscript(sessionFile, books.sent, books.delivered),
    takeovers: types.get('takeover') ?? 0,
    joined: types.get('joined') ?? 0,
    completed: counters.ends.completed,
    leftOver: held.length + waiting.length,
    seconds: Math.round(10 * seconds) / 10,
  };
}

/** Where a number of turns was asked for, the figures are wanted, too. */
function report(name: string, figures: Figures): void {
  if (WANTED !== undefined) console.info(name, JSON.stringify(figures));
}

describe('the pi agent, with its session manager writing through the transcript', () => {
  const perfect = { takeovers: 0, headers: 1, roots: 1, forks: 0, cutCalls: 0, leftOver: 0 };

  it(
    '[F1] [F2] [F3] [F5] reaches every turn of four lanes, and every record of their guests',
    { timeout: TIMEOUT_MS },
    async () => {
      // Given the whole agent
      const turns = Number(WANTED ?? 40);
      const folder = useAgentFolder();
      const converse = await startAgent(folder);

      // When four lanes take turns, with guests that write while they are answered
      const figures = await play(folder, converse, turns);
      report('agent', figures);

      // Then nobody was ended by a takeover, and all of it is on the branch of the last entry
      expect(figures).toMatchObject({ ...perfect, sent: turns, onDisk: turns, reached: turns });
      expect(figures.deliveredReached).toBe(figures.delivered);
      expect(figures.joined).toBeGreaterThan(turns / 4);
    },
  );

  it(
    '[F1] [F2] [F3] [F5] does so, too, where its session manager works alone',
    { timeout: TIMEOUT_MS },
    async () => {
      // Given what it does to the file, without the model calls in between
      const turns = Number(WANTED ?? 200);
      const folder = useAgentFolder();

      // When four lanes take turns, with guests that write while they are answered
      const figures = await play(folder, managerAlone(folder), turns);
      report('session manager alone', figures);

      // Then nobody was ended by a takeover, and all of it is on the branch of the last entry
      expect(figures).toMatchObject({ ...perfect, sent: turns, onDisk: turns, reached: turns });
      expect(figures.deliveredReached).toBe(figures.delivered);
      expect(figures.joined).toBeGreaterThan(0);
    },
  );
});
