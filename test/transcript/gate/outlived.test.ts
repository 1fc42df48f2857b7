import { describe, expect, it } from 'vitest';
import type { GuestTranscript } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, guestsAt, holdGuest, holdSection, stateNow, stateSoon } from './support/hold.js';
import { until } from '../../runs/support/sessions.js';

describe('contexts that outlived their section', () => {
  const desk = useDesk();

  it('[F3] a write in the context of a section that has ended waits like any other', async () => {
    // Given the context of a section that is over, and another section of the same run
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const former = await holdSection(run);
    await former.leave();
    const present = await holdSection(run);

    // When code of the former context writes
    const late = former.within(() => run.transcript.append('late'));

    // Then it is not inside
    expect(await stateNow(late)).toBe('pending');
    await present.within(() => run.transcript.append('present'));
    await present.leave();
    await late;
    expect(desk.records()).toEqual(['present', 'late']);
    await run.release();
  });

  it('[F3] a guest write in the context of a section that has ended is a guest outside', async () => {
    // Given the context of a section that is over, and another section of the same run
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const former = await holdSection(run);
    await former.leave();
    const present = await holdSection(run);

    // When code of the former context writes as a guest
    const late = former.within(() => sessions.write(desk.file(), (t) => t.append('late')));

    // Then it waits at the gate
    await until(() => guestsAt(run) === 1);
    await present.leave();
    await late;
    expect(desk.records()).toEqual(['late']);
    await run.release();
  });

  it('[F3] a guest asked for inside a section that ends meanwhile comes after it', async () => {
    // Given a section that ends before the path of a guest inside it is resolved
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const guest = section.within(() => sessions.write(desk.file(), (t) => t.append('guest')));

    // When the section ends at once, and another one opens
    await section.leave();
    const present = await holdSection(run);

    // Then the guest is let in behind it
    await until(() => guestsAt(run) === 1);
    await present.leave();
    await guest;
    expect(desk.records()).toEqual(['guest']);
    await run.release();
  });

  it('[F12] a write in the context of a section of an ended run is not that run', async () => {
    // Given the context of a section of a run that has ended, and its successor in a section
    const sessions = desk.open();
    const former = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(former);
    await section.leave();
    await former.release();
    const owner = await sessions.acquire({ sessionFile: desk.file() });
    const present = await holdSection(owner);

    // When code of the former context writes as a guest, or through its run
    const guest = section.within(() => sessions.write(desk.file(), (t) => t.append('guest')));
    await until(() => guestsAt(owner) === 1);
    const late = section.within(() => former.transcript.append('late'));

    // Then the guest waits like any other, and the run stays ended
    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    await present.leave();
    await guest;
    expect(desk.records()).toEqual(['guest']);
    await owner.release();
  });

  it('[F12] a successor inside the section of its own is not entered by the revoked run', async () => {
    const sessions = desk.open({ settleMs: 0 });
    const stop = new AbortController();
    const former = await sessions.acquire({ sessionFile: desk.file(), signal: stop.signal });
    const section = await holdSection(former);
    stop.abort();
    const owner = await sessions.acquire({ sessionFile: desk.file() });

    const late = errorOf(section.within(() => former.transcript.append('late')));

    expect(await late).toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    await owner.transcript.append('mine');
    expect(desk.records()).toEqual(['mine']);
    await section.leave();
    await owner.release();
  });

  it('[F1] a guest handle is worth nothing once its section has ended', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    await guest.leave();

    const error = await errorOf(guest.inside.append('late'));

    expect(error).toMatchObject({ code: 'ERR_SESSION_RUN_ENDED', retry: 'never' });
    expect(desk.records()).toEqual([]);
    await run.release();
  });

  it('[F1] a guest handle is worth nothing after its write, even where the section around is open', async () => {
    // Given a guest that ran inside a section of the owner, and kept its handle
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const kept = createGate<GuestTranscript>();
    await section.within(() =>
      sessions.write(desk.file(), (transcript) => {
        kept.open(transcript);
      }),
    );

    // When it uses that later, while the section is open still
    const late = (await kept.opened).append('late');
    const state = await stateSoon(late);
    await section.leave();

    // Then it is refused
    expect(state).toBe('failed');
    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    await run.release();
  });

  it('[F1] the handle of a guest turn is worth nothing after it', async () => {
    const sessions = desk.open();
    const guest = await holdGuest(sessions, desk.file());
    await guest.leave();

    const error = await errorOf(guest.inside.append('late'));

    expect(error).toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    expect(desk.records()).toEqual([]);
  });
});
