import { describe, expect, it } from 'vitest';
import { freshMarker, useSessions, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { askToWait } from '../support/scene.js';

describe('a turn that nobody claimed, behind one that was taken', () => {
  const open = useSessions();

  it('[S8] is passed over by the run behind it, also where somebody tries to claim it too late', async () => {
    // Given a run that looks at the one before it last of all, when others have ended since
    const sessions = open.create();
    const sessionFile = freshMarker();
    await sessions.acquire({ sessionFile, runId: 'torn' });
    const ticket = await askToWait(sessions, { sessionFile });
    const behind = await waitBehind(sessions, { sessionFile });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    ticket.cancel();
    const run = await behind.granted;
    const back = createGate();
    const parked = run.park(() => back.opened);
    await sessions.run({ sessionFile }, () => 'in between');

    // When
    await expect(ticket.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });

    // Then
    const { previous } = run;
    back.open();
    await parked;
    await run.release();
    expect(previous).toMatchObject({ runId: 'torn', end: 'revoked' });
  });
});
