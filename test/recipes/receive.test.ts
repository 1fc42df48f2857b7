import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.js';
import { freshMarker, until, useSessions } from '../runs/support/sessions.js';
import { startAnswering } from './support/answering.js';
import { receive } from './support/receive.js';

const sessions = useSessions();

async function answer(run: Run, message: string): Promise<string> {
  return await run.prompt(() => `${message}!`);
}

describe('the first example of admission', () => {
  it('answers at once where nobody is there', async () => {
    const coordinator = sessions.create();

    expect(await receive(coordinator, freshMarker(), 'hello', answer)).toBe('hello!');
  });

  it('notes a message that the run there has taken', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, steer: () => true });

    expect(await receive(coordinator, sessionFile, 'hello', answer)).toBe('noted');

    first.answer();
    await first.outcome;
  });

  it('[R7] answers a message that was not taken in its own turn', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, steer: () => false });

    const reply = receive(coordinator, sessionFile, 'hello', answer);
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 1);
    first.answer();

    expect(await reply).toBe('hello!');
  });

  it('says who is there where too many wait', async () => {
    const coordinator = sessions.create({ maxWaiting: 0 });
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, kind: 'cron' });

    expect(await receive(coordinator, sessionFile, 'hello', answer)).toBe('busy with a cron');

    first.answer();
    await first.outcome;
  });
});
