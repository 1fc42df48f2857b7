import { describe, expect, it } from 'vitest';
import type { GuestTranscript, Run } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, hold, holdSection } from './support/hold.js';
import { revokeEarly } from './support/revoke.js';
import { useWatchedDisk } from './support/watched-disk.js';

const ENDED = 'ERR_SESSION_RUN_ENDED';
const REVOKED = 'ERR_SESSION_RUN_REVOKED';
const NOT_OWNER = 'ERR_SESSION_NOT_OWNER';

type Use = (run: Run) => Promise<unknown>;
/** Every way to the bytes that a run has. */
const USES: [string, Use][] = [
  ['append()', (run) => run.transcript.append('late')],
  ['appendLines()', (run) => run.transcript.appendLines('"late"')],
  ['read()', (run) => run.transcript.read()],
  ['readRecords()', (run) => run.transcript.readRecords()],
  ['rewrite()', (run) => run.transcript.rewrite(() => '"late"\n')],
  ['dropTornTail()', (run) => run.transcript.dropTornTail()],
  ['write()', (run) => run.transcript.write(() => 'late')],
  ['writeSync()', async (run) => await Promise.resolve(run.transcript.writeSync(() => 'late'))],
  ['enqueue()', (run) => run.transcript.enqueue((transcript) => transcript.append('late'))],
  ['rotate()', (run) => run.transcript.rotate(`${run.sessionFile}.next`)],
  ['prompt()', (run) => run.prompt(() => 'late')],
];

describe('refusals before the file is touched', () => {
  const desk = useDesk();
  const { calls, watch } = useWatchedDisk();

  it.each(USES)('[O4][F12] %s of a run that has ended', async (_, use) => {
    // Given a run that has ended, and a file that nobody owns
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    await run.transcript.append('in time');
    await run.release();
    watch();

    // When it is used
    const error = await errorOf(use(run));

    // Then nothing was looked at, let alone written
    expect(error).toMatchObject({ code: ENDED });
    expect(calls).toEqual([]);
  });

  it.each(USES)('[T5][F12] %s of a run whose turn was taken', async (_, use) => {
    // Given a run that was revoked, and its successor
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append('in time');
    const { signal } = run;
    revokeEarly(run);
    const next = await sessions.acquire({ sessionFile: desk.file() });
    watch();

    // When the revoked one goes on
    const error = await errorOf(use(run));

    // Then it was told to stop, and touches nothing
    expect(signal.aborted).toBe(true);
    expect(error).toMatchObject({ code: REVOKED, cause: signal.reason as unknown });
    expect(calls).toEqual([]);
    await next.release();
  });

  it.each(USES)('[O4] %s of a run that is parked', async (_, use) => {
    // Given a run that has used its transcript, and is parked
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append('in time');
    const parked = await hold<void>((code) => run.park(async () => await code()));
    const other = await sessions.acquire({ sessionFile: desk.file() });
    watch();

    // When it is used
    const error = await errorOf(use(run));

    // Then it owns nothing, until its turn is back
    expect(error).toMatchObject({ code: NOT_OWNER });
    expect(calls).toEqual([]);
    await other.release();
    await parked.leave();
    await run.transcript.append('back');
    expect(desk.records()).toEqual(['in time', 'back']);
    await run.release();
  });

  it.each(USES)('[O4] %s of a parked run, while nobody owns the file', async (_, use) => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    await run.transcript.append('in time');
    const parked = await hold<void>((code) => run.park(async () => await code()));
    watch();

    const error = await errorOf(use(run));

    expect(error).toMatchObject({ code: NOT_OWNER });
    expect(calls).toEqual([]);
    await parked.leave();
    await run.release();
  });

  it('[O4] a parked run is no owner inside the section of another run either', async () => {
    // Given a parked run, and a section of the run that owns the file now
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append('in time');
    const parked = await hold<void>((code) => run.park(async () => await code()));
    const other = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(other);

    // When code inside uses the handle of the parked one
    const error = await errorOf(section.within(() => run.transcript.append('not mine')));

    // Then it is refused like anywhere else
    expect(error).toMatchObject({ code: NOT_OWNER });
    expect(desk.records()).toEqual(['in time']);
    await section.leave();
    await other.release();
    await parked.leave();
    await run.release();
  });

  it('[O3][O4] a section that waits when its run ends is refused, and never let in', async () => {
    // Given a section that waits behind an open one of a run that is revoked
    const sessions = desk.open({ settleMs: 0 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const open = await holdSection(run);
    const waiting = run.transcript.append('late');

    // When the turn is taken
    revokeEarly(run);

    // Then what waited is told, and what was open leaves nothing behind
    await expect(waiting).rejects.toMatchObject({ code: REVOKED });
    await open.leave();
    expect(desk.records()).toEqual([]);
  });

  it('[F12] a write that was queued by a run that was revoked does not begin', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const first = await hold<GuestTranscript>((code) =>
      run.transcript.enqueue(async (t) => void (await code(t))),
    );
    const second = run.transcript.enqueue((transcript) => transcript.append('late'));
    revokeEarly(run);

    await first.leave();

    await expect(second).rejects.toMatchObject({ code: REVOKED });
    expect(desk.records()).toEqual([]);
  });

  it('[F12] what a queued write was given is worth nothing once that has ended', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const given = createGate<GuestTranscript>();
    await run.transcript.enqueue((transcript) => {
      given.open(transcript);
    });

    const late = (await given.opened).append('late');

    await expect(late).rejects.toMatchObject({ code: ENDED });
    expect(desk.records()).toEqual([]);
    await run.release();
  });
});
