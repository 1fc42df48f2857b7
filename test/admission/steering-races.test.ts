import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '../../src/index.js';
import { linesOf } from '../transcript/windows/support/windows.js';
import { createCountingController } from '../support/counting-signal.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { watchGrants } from './support/records.js';
import { ask, serve, startPondering, startPrompting } from './support/scene.js';

const FILE = 'memory:a';
const STEER: AdmitRequest = { sessionFile: FILE, mode: 'steer', message: 1, runId: 'm' };
const TOO_LATE = 'a message was taken too late: its request is over, or has a turn of its own';

describe('a run that takes a message while something else happens', () => {
  const stage = useStage();

  it('[R1] has it for good where it takes it in its last moment', async () => {
    // Given a run that needs nothing but this message, and ends when it has it
    const sessions = stage.open();
    const inbox: unknown[] = [];
    const message = createGate<unknown>();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, (sent) => {
      message.open(sent);
      return true;
    });
    const ended = message.opened.then((sent) => {
      inbox.push(sent);
      return holder.run.release();
    });

    // When it is steered into it
    const admission = await sessions.admit(STEER);
    await ended;
    await holder.end();

    // Then it is in its hands, and has no turn of its own besides
    expect(inbox).toEqual([1]);
    expect(admission.outcome).toBe('steered');
  });

  it('has it for good where it was told to stop meanwhile', async () => {
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    const stopped = sessions.interrupt({ runId: 'holder' });
    await settled();

    holder.answer.open(true);

    expect((await admission).outcome).toBe('steered');
    await holder.end();
    expect((await stopped).status).toBe('ended');
  });

  it('has it for good where it was parked and came back meanwhile', async () => {
    // Given a run that thinks about a message, and another one that waits for the file already
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const other = sessions.acquire({ sessionFile: FILE, runId: 'other' });
    await settled();
    const admission = sessions.admit(STEER);
    await settled();

    // When it gives its turn to that one, and gets it back
    const pause = createGate();
    const parked = holder.run.park(() => pause.opened);
    const owner = await other;
    pause.open();
    await settled();
    await owner.release();
    await parked;
    // And takes the message then
    holder.answer.open(true);

    // Then nobody else has it
    expect((await admission).outcome).toBe('steered');
    await holder.end();
    const answer = await admission;
    if ('ticket' in answer) await serve(answer.ticket);
  });

  it('is not asked where its signal fires in the same step', async () => {
    // Given a background run that takes messages, and a coordinator that interrupts for a person
    const sessions = stage.open({ preemptAfterMs: 0 });
    const holder = await startPrompting(sessions, { sessionFile: FILE, kind: 'cron' });

    // When a person's message would be forced into it
    const { ticket } = await ask(sessions, { ...STEER, force: true }, 'queued');

    // Then the run that is told to stop does not get it
    expect(holder.run.signal.reason).toMatchObject({ why: 'superseded' });
    expect(holder.messages).toEqual([]);
    await holder.end();
    expect(await serve(ticket)).toBe('m');
  });

  it('leaves no listener where the request is given up meanwhile', async () => {
    // Given a message that a run thinks about
    const sessions = stage.open();
    const granted = watchGrants();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const [record] = granted();
    const before = record?.endListeners?.size;
    const caller = createCountingController();
    const admission = sessions.admit({ ...STEER, signal: caller.signal });
    admission.catch(() => {});
    await settled();

    // When its sender gives up
    caller.abort();

    // Then nothing of it stays at the run, nor at the signal
    expect(await stateOf(admission)).toMatchObject({
      error: { code: 'ERR_SESSION_WAIT_ABORTED' },
    });
    expect(caller.signal.listeners).toBe(0);
    expect(record?.endListeners?.size).toBe(before);
    holder.answer.open(true);
    await settled();
    expect(linesOf(stage).map(({ message }) => message)).toEqual([TOO_LATE]);
    await holder.end();
  });

  it('[R7] is not asked where its sender gives up in the same step', async () => {
    // Given a listener that gives up as soon as the request waits
    const caller = new AbortController();
    const sessions = stage.open({
      onEvent: ({ type }) => {
        if (type === 'queued') caller.abort(new Error('never mind'));
      },
    });
    const holder = await startPrompting(sessions, { sessionFile: FILE });

    // When a message is to be steered
    const admission = sessions.admit({ ...STEER, signal: caller.signal });

    // Then its sender is told that it was given up, and nobody has it
    await expect(admission).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
    expect(holder.messages).toEqual([]);
    await holder.end();
  });

  it('[R7] ends before it has answered: the sender is told at once, though others are first', async () => {
    // Given a message that a run thinks about, and a run that waits before it
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const before = await ask(sessions, { sessionFile: FILE, runId: 'before' }, 'queued');
    const admission = sessions.admit(STEER);
    await settled();

    // When the first run ends
    await holder.run.release();

    // Then the message waits for the next one
    expect(await stateOf(admission)).toMatchObject({
      value: { outcome: 'queued', ahead: 0, ticket: { state: 'waiting' } },
    });
    expect(before.ticket.state).toBe('granted');
    await serve(before.ticket);
    await sessions.interrupt({ runId: 'm' });
    await holder.end();
  });
});
