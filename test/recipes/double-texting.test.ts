import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useSessions } from '../runs/support/sessions.js';
import { useTempDir } from '../support/temp-dir.js';
import { busyIn, ticketIn } from './support/admissions.js';
import { startAnswering } from './support/answering.js';
import { replace } from './support/rollback.js';

const dir = useTempDir();
const sessions = useSessions();

describe('a second message, as the strategies of LangGraph would have it', () => {
  it('[R6] reject: mode skip is told who is busy, and tries again once that is over', async () => {
    // Given a person who is being answered
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile, runId: 'first' });

    // When a second message comes that does not want to wait
    const second = await coordinator.admit({ sessionFile, mode: 'skip' });

    // Then it is turned away, and told when it need not be
    expect(second).toMatchObject({ outcome: 'busy', reason: 'held', holder: { runId: 'first' } });
    expect(coordinator.inspect()).toMatchObject({ waiting: [], counters: { busy: 1 } });
    first.answer();
    expect(await busyIn(second).whenFree()).toBe(true);
    expect(await first.outcome).toBe('reply');
  });

  it('[R7] enqueue: mode queue gets a turn of its own after the first reply', async () => {
    // Given a person who is being answered
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile }, { question: 'one' });

    // When a second message comes
    const second = await coordinator.admit({ sessionFile });
    first.answer();

    // Then it waits, and is answered with the first reply in sight
    expect(second).toMatchObject({ outcome: 'queued', ahead: 0 });
    const { records } = await coordinator.run(ticketIn(second), (run) =>
      run.transcript.readRecords(),
    );
    expect(records).toEqual([{ question: 'one' }, { reply: 'one' }]);
  });

  it('[I3] interrupt: mode interrupt ends the first run, keeps what it wrote, and is next', async () => {
    // Given a person who is being answered, and somebody who waits
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile }, { question: 'one' });
    const waiting = await coordinator.admit({ sessionFile });

    // When a second message interrupts
    const second = await coordinator.admit({ sessionFile, mode: 'interrupt' });

    // Then the first run learns why it has to stop, and the second goes on from what it left
    expect(second.outcome).toBe('interrupting');
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    await coordinator.run(ticketIn(second), async (run) => {
      expect(run.previous).toMatchObject({ runId: first.run.runId, end: 'superseded' });
      expect((await run.transcript.readRecords()).records).toEqual([{ question: 'one' }]);
      expect(ticketIn(waiting).state).toBe('waiting');
    });
    await coordinator.run(ticketIn(waiting), () => undefined);
  });

  it('[S8] rollback: interrupt, then cut what the first run wrote', async () => {
    // Given a conversation, and a person who is being answered
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    await coordinator.run({ sessionFile }, (run) => run.transcript.append({ reply: 'zero' }));
    const first = await startAnswering(coordinator, { sessionFile }, { question: 'one' });

    // When a second message replaces the first
    await replace(coordinator, { sessionFile }, (run) =>
      run.transcript.append({ question: 'two' }),
    );

    // Then the file is as if the first had never been sent
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    const lines = readFileSync(sessionFile, 'utf8');
    expect(lines).toBe('{"reply":"zero"}\n{"question":"two"}\n');
  });
});
