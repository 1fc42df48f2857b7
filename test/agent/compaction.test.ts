import { join } from 'node:path';
import { SessionManager } from '@mariozechner/pi-coding-agent';
import { expect, it } from 'vitest';
import { openAgent } from '../../examples/demo/open-agent.js';
import { lineFor } from '../../examples/demo/script.js';
import { measureTranscript } from '../../examples/demo/transcript-facts.js';
import { createCoordinator } from '../../src/index.js';
import { startAgent, useAgentFolder } from './support/converse.js';

it("[F4] the pi agent's own compaction in the middle of a turn is no takeover", async () => {
  // Given a session with some turns
  const folder = useAgentFolder();
  const converse = await startAgent(folder);
  const sessionFile = join(folder.newSessionFolder(), 'session.jsonl');
  const sessions = createCoordinator({ isolated: true });
  const say = (turn: string): Promise<unknown> =>
    sessions.run({ sessionFile }, (run) => converse(run, lineFor(turn, false)));
  await say('1');
  await say('2');

  // When the agent compacts it in a maintenance window, between two prompts of one turn
  await sessions.run({ sessionFile }, async (run) => {
    await converse(run, lineFor('3', false));
    const agent = await openAgent(folder, sessionFile, run.transcript);
    await run.maintain(() => agent.compact(), { deadlineMs: 10_000 });
    agent.dispose();
    await converse(run, lineFor('4', false));
  });
  await say('5');

  // Then every run has ended by itself, and the agent goes on from its summary
  const types = SessionManager.open(sessionFile)
    .getBranch()
    .map(({ type }) => type);
  const later = [lineFor('4', false), lineFor('5', false)];
  expect(sessions.inspect().counters.ends).toMatchObject({ completed: 4, takeover: 0 });
  expect(types).toContain('compaction');
  expect(measureTranscript(sessionFile, later, [])).toMatchObject({
    reached: 2,
    roots: 1,
    forks: 0,
  });
});
