import { linkSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.js';
import { until } from '../../runs/support/sessions.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();
const next = (): string => desk.dir.join('next.jsonl');

describe('rotate() refuses', () => {
  it('[P8] a file that somebody owns, and names the owner', async () => {
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const other = await coordinator.acquire({ sessionFile: next() });

    const error = await errorOf(owner.transcript.rotate(next()));

    expect(error).toMatchObject({
      code: 'ERR_SESSION_ROTATE_REFUSED',
      reason: 'owned',
      retry: 'wait',
      nextFile: next(),
      holder: { runId: other.runId },
    });
    expect(owner.sessionFile).toBe(desk.file);
    await owner.transcript.append(1);
    await owner.release();
    await other.release();
  });

  it('[P8] another name of a file that somebody owns', async () => {
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const other = await coordinator.acquire({ sessionFile: next() });
    await other.transcript.append(1);
    linkSync(next(), desk.dir.join('alias'));

    const error = await errorOf(owner.transcript.rotate(desk.dir.join('alias')));

    expect(error).toMatchObject({ reason: 'owned' });
    await owner.release();
    await other.release();
  });

  it('[P8] a file that is waited for while nobody owns it', async () => {
    // Given a file whose only run is parked
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const parked = await coordinator.acquire({ sessionFile: next() });
    const gate = createGate();
    const parking = parked.park(() => gate.opened);
    await until(() => coordinator.inspect().parked.length === 1);
    // When a turn wants to move there
    const error = await errorOf(owner.transcript.rotate(next()));
    // Then it stays, and the parked run comes back to its file
    expect(error).toMatchObject({ reason: 'waited-for' });
    gate.open();
    await parking;
    await owner.release();
    await parked.release();
  });

  it.each(['session.jsonl', './x/../session.jsonl'])('[P8] its own file as %s', async (name) => {
    const error = await desk.own((run) =>
      errorOf(run.transcript.rotate(`${desk.dir.path}/${name}`)),
    );

    expect(error).toMatchObject({ reason: 'same', retry: 'never' });
  });

  it('[P8] a second name of its own file', async () => {
    desk.given('1\n');
    linkSync(desk.file, next());

    const error = await desk.own((run) => errorOf(run.transcript.rotate(next())));

    expect(error).toMatchObject({ reason: 'same' });
  });

  it('a marker', async () => {
    const error = await desk.own((run) => errorOf(run.transcript.rotate('memory:x')));

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'marker' });
  });

  it('a directory', async () => {
    mkdirSync(next());

    const error = await desk.own((run) => errorOf(run.transcript.rotate(next())));

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'directory' });
  });

  it('a name that cannot be reached', async () => {
    desk.given('1\n');

    const error = await desk.own((run) =>
      errorOf(run.transcript.rotate(desk.dir.join('session.jsonl', 'next'))),
    );

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'unreachable' });
  });

  it('to move inside a section', async () => {
    const error = await desk.own((run) =>
      run.transcript.write(() => errorOf(run.transcript.rotate(next()))),
    );

    expect(error).toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('a turn that has ended', async () => {
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    await owner.release();

    const error = await errorOf(owner.transcript.rotate(next()));

    expect(error).toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
  });
});
