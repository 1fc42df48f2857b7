import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { FOREIGN_ACTS, FOREIGN_LINE } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';

describe('a conflict ends one run only', () => {
  const scene = useScene();

  it.each(FOREIGN_ACTS)('[F8] [O8] the next run starts clean: $name', async (foreign) => {
    // Given a run that died of a stranger, with another one behind it
    const first = await scene.own(RECORDS);
    await first.transcript.append({ own: 1 });
    const waiting = scene.ownAgain();
    await expect.poll(() => scene.sessions.inspect().waiting.length).toBe(1);
    foreign.act(scene.file());
    await assertTakeover(first, first.transcript.append({ own: 2 }), foreign.change);
    writeFileSync(scene.file(), `${scene.content().trimEnd()}\n`.replace(/^\n/, ''));
    const left = scene.content();

    // When it is over
    await first.release();
    const second = await waiting;
    await second.transcript.append({ next: 1 });

    // Then the next one goes on from the file as it is
    expect(first.end).toBe('takeover');
    expect(scene.content()).toBe(`${left}{"next":1}\n`);
    expect(second.signal.aborted).toBe(false);
  });

  it('[F8] nor is a run contaged that asks only later', async () => {
    const first = await scene.own(RECORDS);
    await first.transcript.append({ own: 1 });
    appendFileSync(scene.file(), FOREIGN_LINE);
    await takeoverOf(first.transcript.append({ own: 2 }));
    await first.release();

    const second = await scene.ownAgain();
    await second.transcript.append({ next: 1 });

    expect(second.signal.aborted).toBe(false);
  });

  it('[F8] changes between two turns are nobody’s conflict', async () => {
    const first = await scene.own(RECORDS);
    await first.transcript.append({ own: 1 });
    const waiting = scene.ownAgain();
    await expect.poll(() => scene.sessions.inspect().waiting.length).toBe(1);
    appendFileSync(scene.file(), FOREIGN_LINE);

    await first.release();
    const second = await waiting;
    await second.transcript.append({ next: 1 });

    assertNoAlarm(scene.stage, second);
  });

  it('[F8] nor are those while a run was parked', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    await run.park(() => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });
    await run.transcript.append({ own: 2 });

    assertNoAlarm(scene.stage, run);
  });

  it('[F8] the fence begins with the first use of the transcript, not with the turn', async () => {
    const run = await scene.own(RECORDS);

    appendFileSync(scene.file(), FOREIGN_LINE);
    await run.transcript.append({ own: 1 });

    assertNoAlarm(scene.stage, run);
  });

  it('[S8] [X5] [F8] tells the next run where the dead one began, and how far it came', async () => {
    // Given a run that wrote two records and died
    const first = await scene.own(RECORDS, {}, { runId: 'dead' });
    await first.transcript.append({ own: 1 });
    await first.transcript.append({ own: 2 });
    appendFileSync(scene.file(), FOREIGN_LINE);
    await takeoverOf(first.transcript.append({ own: 3 }));
    await first.release();

    // When
    const second = await scene.ownAgain();

    // Then
    expect(second.previous).toEqual({
      runId: 'dead',
      end: 'takeover',
      startBytes: RECORDS.length,
      endBytes: RECORDS.length + 20,
    });
  });

  it('[S8] [X5] says nothing of an end where the dead run wrote nothing', async () => {
    const first = await scene.own(RECORDS, {}, { runId: 'dead' });
    await first.transcript.read();
    appendFileSync(scene.file(), FOREIGN_LINE);
    await takeoverOf(first.transcript.append({ own: 1 }));
    await first.release();

    const second = await scene.ownAgain();

    expect(second.previous).toEqual({ runId: 'dead', end: 'takeover', startBytes: RECORDS.length });
  });

  it.each<[string, (run: Run) => unknown]>([
    ['a prompt window', (run) => run.prompt(() => 1)],
    ['append', (run) => run.transcript.append({ next: 1 })],
    ['read', (run) => run.transcript.read()],
    ['write', (run) => run.transcript.write(() => {})],
  ])('[F7] the next run has a fence of its own from its first use on: %s', async (_, use) => {
    // Given a run that takes over a file whose content is known at the gate
    const first = await scene.own(RECORDS);
    await first.transcript.append({ own: 1 });
    const waiting = scene.ownAgain();
    await expect.poll(() => scene.sessions.inspect().waiting.length).toBe(1);
    await first.release();
    const second = await waiting;

    // When a stranger comes after its first use
    await use(second);
    appendFileSync(scene.file(), FOREIGN_LINE);

    // Then
    await assertTakeover(second, second.transcript.append({ next: 2 }), 'appended');
  });

  it('[F8] runs of other files never hear of it', async () => {
    const run = await scene.own(RECORDS);
    await using other = await scene.sessions.acquire({ sessionFile: scene.file('other') });
    await run.transcript.read();
    await other.transcript.append({ own: 1 });

    appendFileSync(scene.file(), FOREIGN_LINE);
    await takeoverOf(run.transcript.read());
    await other.transcript.append({ own: 2 });

    expect(other.signal.aborted).toBe(false);
  });
});
