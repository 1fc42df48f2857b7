import { describe, expect, it } from 'vitest';
import { createInbox } from '../../examples/demo/inbox.js';
import { measureTranscript } from '../../examples/demo/transcript-facts.js';
import { FIRST, SECOND, steer } from './support/steered.js';

describe('a message for the pi agent while it calls a tool', () => {
  it('[R7] is steered into its turn, and answered in the reply to the first', async () => {
    const { sessions, sessionFile, reply, admission, tool } = await steer();

    await tool.comeBack();

    const both = `${FIRST.answer} ${SECOND.answer}`;
    expect(await admission).toMatchObject({ outcome: 'steered' });
    expect(await reply).toBe(both);
    const lines = [FIRST, SECOND].map((line) => ({ ...line, answer: both }));
    expect(measureTranscript(sessionFile, lines, [])).toMatchObject({ reached: 2, forks: 0 });
    expect(sessions.inspect().counters).toMatchObject({ granted: 1, steered: 1 });
  });

  it('[R7] [R9] keeps its place where the agent is stopped before it has looked', async () => {
    // Given a message that the agent has not looked at
    const { sessions, sessionFile, reply, admission, tool } = await steer();

    // When it is stopped
    const told = reply.catch((error: unknown) => error);
    const interrupted = sessions.interrupt({ sessionFile });
    await tool.comeBack();

    // Then the message has a turn of its own
    const answer = await admission;
    expect(answer).toMatchObject({ outcome: 'queued' });
    const ticket = 'ticket' in answer ? answer.ticket : undefined;
    expect(await interrupted).toMatchObject({ status: 'ended' });
    expect(await told).toMatchObject({ why: 'user' });
    await (await ticket?.acquire())?.release();
    expect(sessions.inspect().counters).toMatchObject({ granted: 2, steered: 0 });
  });
});

it('[R7] an agent that is not at work takes no message', async () => {
  expect(await createInbox().offer('hello')).toBe(false);
});
