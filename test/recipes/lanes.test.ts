import { describe, expect, it } from 'vitest';
import { resolveSessionFile } from '../../src/index.js';
import { freshMarker, idsOf, until, useSessions } from '../runs/support/sessions.js';
import { useTempDir } from '../support/temp-dir.js';
import { ticketIn } from './support/admissions.js';
import { startAnswering } from './support/answering.js';
import { Collector } from './support/collect.js';

const dir = useTempDir();
const sessions = useSessions();

/** What becomes of a message in a runner that has lanes, row by row of the README's table. */
describe('moving from lanes: messages', () => {
  it('[P2] one lane per session key: the file is the lane, whatever the key', async () => {
    // Given a run under one key
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const sessionKey = 'chat:alice';
    const first = await startAnswering(coordinator, { sessionFile, sessionKey });

    // When another key asks for the same file in another spelling
    const alias = dir.join('.', 'elsewhere', '..', 'session.jsonl');
    const second = await coordinator.admit({ sessionFile: alias, sessionKey: 'cron:nightly' });

    // Then it waits for that run, and is told who it is
    expect(second).toMatchObject({ outcome: 'queued', holder: { sessionKey } });
    first.answer();
    await coordinator.run(ticketIn(second), () => undefined);
  });

  it('[R5] steer: the run that prompts takes the message, and a refused one keeps its place', async () => {
    // Given a run that takes one message
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const taken: unknown[] = [];
    const steer = (message: unknown): boolean => taken.length === 0 && taken.push(message) === 1;
    const first = await startAnswering(coordinator, { sessionFile, steer });

    // When two messages come
    const one = await coordinator.admit({ sessionFile, mode: 'steer', message: 'one' });
    const two = await coordinator.admit({ sessionFile, mode: 'steer', message: 'two' });

    // Then the first is in its hands, and the other one waits for a turn
    expect([one.outcome, two.outcome, taken]).toEqual(['steered', 'queued', ['one']]);
    first.answer();
    await coordinator.run(ticketIn(two), () => undefined);
  });

  it('[R1] follow-up: each message has a turn of its own, in the order of the calls', async () => {
    // Given a run, and three messages behind it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const served: string[] = [];
    const say = (message: string): Promise<unknown> =>
      coordinator.run({ sessionFile }, () => served.push(message));
    const followUps = [say('one'), say('two'), say('three')];

    // When that run ends
    first.answer();
    await Promise.all(followUps);

    // Then they were answered one after the other
    expect(served).toEqual(['one', 'two', 'three']);
  });

  it('[R8] collect: what comes while a turn waits is answered in that turn', async () => {
    // Given a run, and two messages of a lane behind it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const lane = new Collector(coordinator, async (_, messages) => {
      await Promise.resolve();
      return messages.join(' + ');
    });
    const replies = [
      lane.say('chat:alice', { sessionFile }, 'one'),
      lane.say('chat:alice', { sessionFile }, 'two'),
    ];

    // When the run ends, and another message comes in the turn of those two
    first.answer();
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 0);
    replies.push(lane.say('chat:alice', { sessionFile }, 'three'));

    // Then one turn has answered both, and the late one has its own
    expect(await Promise.all(replies)).toEqual(['one + two', 'one + two', 'three']);
    expect(coordinator.inspect().counters.granted).toBe(3);
  });

  it('collect: a batch whose turn never came leaves nothing behind', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const lane = new Collector(coordinator, (_, messages) => Promise.resolve(messages.join(' + ')));

    const refused = lane.say('chat:alice', { sessionFile, waitMs: 0 }, 'one');
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    const reply = lane.say('chat:alice', { sessionFile }, 'two');
    first.answer();

    expect(await reply).toBe('two');
  });

  it('[I3] interrupt: ends the live run and is served before those who only wait', async () => {
    // Given a run, and a message that waits
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const waiting = await coordinator.admit({ sessionFile, runId: 'waiting' });

    // When a message interrupts
    const second = await coordinator.admit({ sessionFile, runId: 'urgent', mode: 'interrupt' });

    // Then it is next, once that run has ended
    expect(idsOf(coordinator.runs.waitingFor(sessionFile))).toEqual(['urgent', 'waiting']);
    expect(await first.outcome).toMatchObject({ why: 'superseded' });
    await coordinator.run(ticketIn(second), () => undefined);
    await coordinator.run(ticketIn(waiting), () => undefined);
  });

  it('[R6] heartbeat skip: a background run is told that somebody is there, and is gone', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });

    const beat = await coordinator.admit({ sessionFile, kind: 'heartbeat', mode: 'skip' });

    expect(beat).toMatchObject({ outcome: 'busy', reason: 'held' });
    expect(first.run.yieldSignal.aborted).toBe(false);
    first.answer();
    await first.outcome;
  });

  it('[R5] room events: another kind is not steered into a run, and waits', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile, steer: () => true });

    const event = await coordinator.admit({ sessionFile, kind: 'command', mode: 'steer' });

    expect(event.outcome).toBe('queued');
    first.answer();
    await coordinator.run(ticketIn(event), () => undefined);
  });

  it('[R7] queue cap: one message too many is turned away, with the holder, and not dropped later', async () => {
    const coordinator = sessions.create({ maxWaiting: 1 });
    const sessionFile = freshMarker();
    const first = await startAnswering(coordinator, { sessionFile });
    const kept = await coordinator.admit({ sessionFile });

    const over = await coordinator.admit({ sessionFile });

    expect(over).toMatchObject({ outcome: 'busy', reason: 'queue-full' });
    first.answer();
    await coordinator.run(ticketIn(kept), () => undefined);
  });

  it('[A1] is it running: the look-up by file finds a run under any key', async () => {
    const coordinator = sessions.create();
    const sessionFile = dir.join('session.jsonl');
    const first = await startAnswering(coordinator, { sessionFile, sessionKey: 'chat:alice' });

    const file = await resolveSessionFile(dir.join('.', 'session.jsonl'));

    expect(coordinator.runs.bySessionFile(file)).toMatchObject({
      sessionKey: 'chat:alice',
      phase: 'prompting',
    });
    first.answer();
    await first.outcome;
  });
});
