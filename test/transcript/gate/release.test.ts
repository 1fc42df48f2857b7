import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, holdGuest, holdSection, stateNow } from './support/hold.js';

const ENDED = { code: 'ERR_SESSION_RUN_ENDED' };

describe('release() and sections', () => {
  const desk = useDesk();

  it('[D3] inside a section it returns at once, and the run ends with the section', async () => {
    // Given a section
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);

    // When code inside releases the run
    await section.within(() => run.release());

    // Then it is over but for the section, in which it may still write
    expect(run.phase).toBe('finishing');
    expect(run.end).toBeUndefined();
    await section.within(() => run.transcript.append('last words'));
    await section.leave();
    expect(run.end).toBe('released');
    expect(desk.records()).toEqual(['last words']);
  });

  it('[D3] from outside it waits for the open section, and for those before it', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const waiting = run.transcript.append('accepted');

    const release = run.release();

    expect(await stateNow(release)).toBe('pending');
    await section.leave();
    await release;
    await waiting;
    expect(run.end).toBe('released');
    expect(desk.records()).toEqual(['accepted']);
  });

  it('[O4] nothing new begins once it was called', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const release = run.release();

    const append = await errorOf(run.transcript.append('late'));
    const queued = await errorOf(run.transcript.enqueue((t) => t.append('late')));
    const prompt = await errorOf(run.prompt(() => 'late'));
    const sync = await errorOf(
      (async () => await Promise.resolve(run.transcript.writeSync(() => 'late')))(),
    );

    expect([append, queued, prompt, sync]).toMatchObject([ENDED, ENDED, ENDED, ENDED]);
    await section.leave();
    await release;
    expect(desk.records()).toEqual([]);
  });

  it('[D3] the next run is granted in the step in which the section ends', async () => {
    // Given a run that was released inside a section, and one that waits
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), runId: 'first' });
    const section = await holdSection(run);
    await section.within(() => run.release());
    const next = sessions.acquire({ sessionFile: desk.file(), runId: 'second' });
    await until(() => run.waiting === 1);

    // When the section ends
    await section.leave();

    // Then the file has passed on
    const owner = await next;
    expect(sessions.runs.bySessionFile(desk.file())?.runId).toBe('second');
    expect(desk.told().slice(-2)).toEqual(['ended first', 'granted second']);
    await owner.release();
  });

  it('[D3] a second call waits like the first, one inside the section does not', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);

    const outside = [run.release(), run.release()];
    await section.within(() => run.release());

    expect(await Promise.all(outside.map(stateNow))).toEqual(['pending', 'pending']);
    await section.leave();
    await Promise.all(outside);
    expect(desk.told().filter((line) => line.startsWith('ended'))).toHaveLength(1);
  });

  it('[D3] the end that was asked for first counts', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);

    await section.within(() => run.release({ error: new Error('failed') }));
    await section.within(() => run.release());
    await section.leave();

    expect(run.end).toBe('failed');
  });

  it('a guest section does not keep the run from ending', async () => {
    // Given a guest that is inside, and a run without a section of its own
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());

    // When the run is released
    await run.release();

    // Then it has ended, and the guest writes on
    expect(run.end).toBe('released');
    await guest.inside.append('guest');
    await guest.leave();
    expect(desk.records()).toEqual(['guest']);
  });

  it('await using ends behind what was not awaited', async () => {
    const sessions = desk.open();
    const section = createGate();

    await (async () => {
      await using run = await sessions.acquire({ sessionFile: desk.file() });
      void run.transcript.write(() => section.opened).then(() => run.transcript.path);
      void Promise.resolve().then(() => {
        section.open();
      });
    })();

    expect(sessions.inspect().held).toEqual([]);
    expect(sessions.inspect().counters.ends.released).toBe(1);
  });
});
