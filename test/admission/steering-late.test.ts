import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { linesOf } from '../transcript/windows/support/windows.js';
import { ask, askToWait, serve, startPondering, startPrompting } from './support/scene.js';

const FILE = 'memory:a';
const STEER: AdmitRequest = { sessionFile: FILE, mode: 'steer', message: 1, runId: 'm' };
const TOO_LATE = 'a message was taken too late: its request is over, or has a turn of its own';

describe('a run that takes a message when it is no longer its to take', () => {
  const stage = useStage();

  it('[R1] does not have it where the turn went to it in the same tick', async () => {
    // Given a message that a run thinks about
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const admission = sessions.admit(STEER);
    await settled();

    // When the run parks, and takes the message before anybody was told that its turn has come
    const pause = createGate();
    const parked = holder.run.park(() => pause.opened);
    holder.answer.open(true);
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('m');

    // Then the message has its turn, and the holder is told in the log
    const answer = await admission;
    expect(answer.outcome).toBe('queued');
    expect('ticket' in answer && (await serve(answer.ticket))).toBe('m');
    expect(linesOf(stage).map(({ message }) => message)).toEqual([TOO_LATE]);
    pause.open();
    await parked;
    await holder.end();
  });

  it('[R1] does not have it where it ends before it says so', async () => {
    // Given a run that ends while it is asked, and one that waits already
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, () => {
      void holder.run.release();
      return true;
    });
    const before = await askToWait(sessions, { sessionFile: FILE, runId: 'before' });

    // When a message comes
    const { ticket } = await ask(sessions, STEER, 'queued');

    // Then it waits for the next one
    expect([before.state, ticket.state]).toEqual(['granted', 'waiting']);
    expect(linesOf(stage).map(({ message }) => message)).toEqual([TOO_LATE]);
    expect(await serve(before)).toBe('before');
    expect(await serve(ticket)).toBe('m');
    await holder.end();
  });
});
