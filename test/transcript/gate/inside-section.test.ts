import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { useDesk } from './support/desk.js';
import { errorOf, holdGuest, holdSection, sectionsOf, stateSoon } from './support/hold.js';

const DEADLOCK = { code: 'ERR_SESSION_DEADLOCK', retry: 'never' };

type Use = (run: Run) => Promise<unknown>;
const USES: [string, Use][] = [
  ['prompt()', (run) => run.prompt(() => 'never')],
  ['maintain()', (run) => run.maintain(() => 'never', { deadlineMs: 1_000 })],
  ['park()', (run) => run.park(() => 'never')],
  ['rotate()', (run) => run.transcript.rotate(`${run.sessionFile}.next`)],
];

/** Asked from code inside a section, through what lies between. */
type Around = (sessions: Coordinator, run: Run, code: () => Promise<unknown>) => Promise<unknown>;
const BETWEEN: [string, Around][] = [
  ['at once', (_, run, code) => run.transcript.write(code)],
  ['through within()', (_, run, code) => run.transcript.write(() => run.within(code))],
  [
    'in a guest section of another file',
    (sessions, run, code) =>
      run.transcript.write(() => sessions.write(`${run.sessionFile}.other`, code)),
  ],
  [
    'in a joined run',
    (sessions, run, code) =>
      run.transcript.write(() =>
        sessions.run({ sessionFile: run.sessionFile, onReentry: 'join' }, code),
      ),
  ],
  [
    'in a run of another file',
    (sessions, run, code) =>
      run.transcript.write(() => sessions.run({ sessionFile: `${run.sessionFile}.other` }, code)),
  ],
];

describe('waits from inside a section', () => {
  const desk = useDesk();

  it.each(USES)('[D3] %s is refused, with the section that is open', async (_, use) => {
    const run = await desk.open().acquire({ sessionFile: desk.file(), runId: 'me' });

    const error = await errorOf(run.transcript.write(async () => await use(run)));

    expect(error).toMatchObject({
      ...DEADLOCK,
      chain: [{ run: { runId: 'me' }, waitsFor: 'the end of a wrapped write' }],
    });
    expect(run.phase).toBe('active');
    await run.release();
  });

  it.each(USES)('[D3] %s is refused inside a guest section, too', async (_, use) => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    const error = await errorOf(sessions.write(desk.file(), async () => await use(run)));

    expect(error).toMatchObject(DEADLOCK);
    expect(run.phase).toBe('active');
    await run.release();
  });

  it.each(BETWEEN)('[D3] park() %s never waits for the section around', async (_, around) => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.file() });

    const outcome = around(sessions, run, () => run.park(() => 'never'));
    const state = await stateSoon(outcome);
    await run.release();

    expect(state).toBe('failed');
    await expect(outcome).rejects.toMatchObject(DEADLOCK);
  });

  it.each(BETWEEN)('[D3] prompt() %s never waits for the section around', async (_, around) => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.file() });

    const outcome = around(sessions, run, () => run.prompt(() => 'never'));
    const state = await stateSoon(outcome);
    await run.release();

    expect(state).toBe('failed');
    await expect(outcome).rejects.toMatchObject(DEADLOCK);
  });

  it.each(BETWEEN)('[D3] append() %s never waits for the section around', async (_, around) => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.file() });

    const outcome = around(sessions, run, () => run.transcript.append(1));
    const state = await stateSoon(outcome);
    await run.release();

    expect(state).not.toBe('pending');
    await outcome.catch(() => {});
  });

  it.each(BETWEEN)(
    '[D3] a guest write %s never waits for the section around',
    async (_, around) => {
      const sessions = desk.open({ settleMs: 100 });
      const run = await sessions.acquire({ sessionFile: desk.file() });

      const outcome = around(sessions, run, () => sessions.write(desk.file(), (t) => t.append(1)));
      const state = await stateSoon(outcome);
      await run.release();

      expect(state).not.toBe('pending');
      await outcome.catch(() => {});
    },
  );

  it.each(BETWEEN)('[D3] release() %s never waits for the section around', async (_, around) => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.file() });

    const outcome = around(sessions, run, () => run.release());

    expect(await stateSoon(outcome)).toBe('done');
    expect(run.end).toBe('released');
  });

  it('[D3] release() inside a guest section never waits for a section behind it', async () => {
    // Given a guest section, and a section of the owner that waits for its end
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    const own = run.transcript.append('own');
    expect(sectionsOf(run)).toBe(1);

    // When code inside the guest section releases the run
    const release = guest.within(() => run.release());

    // Then it goes on, and the run ends behind its section
    expect(await stateSoon(release)).toBe('done');
    await guest.leave();
    await own;
    expect(run.end).toBe('released');
    expect(desk.records()).toEqual(['own']);
  });

  it('[D3] whenEnded() for the owner inside a guest section that it waits for is refused', async () => {
    // Given an owner that waits for the end of a guest section
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    const own = run.transcript.append('own');

    // When the guest waits for the end of the owner
    const wait = guest.within(() => sessions.runs.whenEnded(run));
    const state = await stateSoon(wait);
    await guest.leave();
    await own;
    await run.release();

    // Then it is told that this could never end
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject(DEADLOCK);
  });

  it('[D3] close() inside a guest section that an owner waits for is refused', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    const own = run.transcript.append('own');

    const error = await errorOf(guest.within(() => sessions.close()));

    expect(error).toMatchObject(DEADLOCK);
    await guest.leave();
    await own;
    await run.release();
  });

  it('refuses nothing in a context whose section has ended', async () => {
    // Given the context of a section that is over
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    await section.leave();

    // When code there prompts, writes and parks
    await section.within(() => run.prompt(() => 'fine'));
    await section.within(() => run.transcript.append(1));
    await section.within(() => run.park(() => 'fine'));

    // Then nothing is in its way
    expect(desk.records()).toEqual([1]);
    await run.release();
  });
});
