import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { until, useSessions } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { ticketIn } from './support/admissions.js';
import { startAnswering } from './support/answering.js';
import { replace } from './support/rollback.js';

const dir = useTempDir();
const sessions = useSessions();

function recordsIn(sessionFile: string): unknown[] {
  return readFileSync(sessionFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('rollback', () => {
  it('runs at once where nobody answers, and takes nothing back', async () => {
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    await coordinator.run({ sessionFile }, (run) => run.transcript.append({ reply: 'zero' }));

    await replace(coordinator, { sessionFile }, (run) =>
      run.transcript.append({ question: 'one' }),
    );

    expect(recordsIn(sessionFile)).toEqual([{ reply: 'zero' }, { question: 'one' }]);
  });

  it('leaves a file as it is where somebody wrote after the run that was stopped', async () => {
    // Given a run behind whose last words a guest has written
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile }, { question: 'one' });
    await coordinator.write(sessionFile, (transcript) => transcript.append({ mirror: 'a parcel' }));

    // When a message replaces it
    await replace(coordinator, { sessionFile }, (run) =>
      run.transcript.append({ question: 'two' }),
    );

    // Then nothing is lost
    await first.outcome;
    expect(recordsIn(sessionFile)).toEqual([
      { question: 'one' },
      { mirror: 'a parcel' },
      { question: 'two' },
    ]);
  });

  it('takes nothing back of a run that was served in between', async () => {
    // Given two messages that interrupt the same run
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile });
    const earlier = coordinator.admit({ sessionFile, mode: 'interrupt' });
    const later = replace(coordinator, { sessionFile }, (run) =>
      run.transcript.append({ question: 'three' }),
    );

    // When the earlier of them has had its turn
    await coordinator.run(ticketIn(await earlier), (run) =>
      run.transcript.append({ question: 'two' }),
    );
    await later;

    // Then the later one leaves that turn alone
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    expect(recordsIn(sessionFile)).toEqual([{ question: 'two' }, { question: 'three' }]);
  });

  it('takes nothing back of a run that was ending and was not told to stop', async () => {
    // Given a run whose task is over, but for a queued write
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const isWritten = createGate();
    const first = coordinator.run({ sessionFile }, async (run) => {
      await run.transcript.append({ question: 'one' });
      void run.transcript.enqueue(async (transcript) => {
        await isWritten.opened;
        await transcript.append({ reply: 'one' });
      });
    });
    await until(() => coordinator.inspect().held[0]?.phase === 'finishing');

    // When a message wants to replace it
    const second = replace(coordinator, { sessionFile }, (run) => run.transcript.readRecords());
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 1);
    isWritten.open();

    // Then it comes after the reply
    await first;
    expect((await second).records).toEqual([{ question: 'one' }, { reply: 'one' }]);
  });

  it('takes back what a run wrote that did not end, and whose turn was taken', async () => {
    // Given a run that ignores its signal
    const coordinator = sessions.create({ settleMs: 0 });
    const sessionFile = dir.join('session.jsonl');
    await coordinator.run({ sessionFile }, (run) => run.transcript.append({ reply: 'zero' }));
    const habits = { question: 'one', isDeaf: true };
    const first = await startAnswering(coordinator, { sessionFile }, habits);

    // When a message replaces it, and its reply comes after that
    await replace(coordinator, { sessionFile }, (run) =>
      run.transcript.append({ question: 'two' }),
    );
    first.answer();
    await until(() => coordinator.inspect().draining.length === 0);

    // Then neither its question nor its reply is in the file
    expect(first.run.end).toBe('revoked');
    expect(recordsIn(sessionFile)).toEqual([{ reply: 'zero' }, { question: 'two' }]);
  });

  it('is refused by a full queue before anything is touched', async () => {
    const coordinator = sessions.create({ maxWaiting: 0 });
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile });

    const second = replace(coordinator, { sessionFile }, () => Promise.resolve());

    await expect(second).rejects.toThrow('Not now: busy');
    first.answer();
    expect(await first.outcome).toBe('reply');
  });
});
