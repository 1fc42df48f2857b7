import { appendFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { createGate, type Gate } from '../../support/gate.js';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { FOREIGN_LINE } from './support/foreign.js';
import { assertTakeover, RECORDS, type Scene, takeoverOf, useScene } from './support/scene.js';

const OPTIONS = { settleMs: 1_000, stuckAfterMs: false as const };

interface Revoked {
  readonly revoked: Run;
  readonly successor: Run;
  /** The code inside the wrapped section, which does not stop, writes this, late. */
  writeLate(text: string): Promise<void>;
}

/** A run whose turn was taken while its wrapped section had the path, and the one behind it. */
async function revoke(scene: Scene): Promise<Revoked> {
  const abort = new AbortController();
  const revoked = await scene.own(RECORDS, OPTIONS, { runId: 'late', signal: abort.signal });
  const late: Gate<string> = createGate<string>();
  const begun = createGate();
  const section = revoked.transcript.write(async (path) => {
    begun.open();
    appendFileSync(path, await late.opened);
  });
  section.catch(() => {});
  await begun.opened;
  const waiting = scene.ownAgain({ runId: 'successor' });
  await until(() => scene.sessions.inspect().waiting.length === 1);
  abort.abort();
  await vi.advanceTimersByTimeAsync(1_000);
  return {
    revoked,
    successor: await waiting,
    writeLate: async (text) => {
      late.open(text);
      await section.catch(() => {});
    },
  };
}

describe('a run whose turn was taken', () => {
  useFakeTime();
  const scene = useScene();

  it('[T5] [O8] writes late by itself: found by the first gate of its successor', async () => {
    // Given a successor that has not used its transcript yet
    const { revoked, successor, writeLate } = await revoke(scene);

    // When the code of the revoked run writes at last
    await writeLate('{"late":1}\n');

    // Then the successor does not mix with it
    const error = await assertTakeover(
      successor,
      successor.transcript.append({ next: 1 }),
      'appended',
    );
    expect(error.by).toBe('revoked-run');
    expect(error.message).toContain('a run whose turn was taken');
    expect(revoked.end).toBe('revoked');
  });

  it('[T5] writes late after that gate: found by the next, and still named', async () => {
    const { successor, writeLate } = await revoke(scene);
    await successor.transcript.append({ next: 1 });

    await writeLate('{"late":1}\n');

    const error = await takeoverOf(successor.transcript.append({ next: 2 }));
    expect(error).toMatchObject({ by: 'revoked-run', writes: { count: 1 } });
  });

  it('[F8] what it writes never kills a third run', async () => {
    // Given a successor that ends without a look at the file
    const { successor, writeLate } = await revoke(scene);
    const waiting = scene.ownAgain({ runId: 'third' });
    await until(() => scene.sessions.inspect().waiting.length === 1);
    await writeLate('{"late":1}\n');
    await successor.release();

    // When a third run comes
    const third = await waiting;
    await third.transcript.append({ next: 1 });

    // Then it goes on from the file as it is, and a stranger is only a stranger to it
    expect(scene.content()).toBe(`${RECORDS}{"late":1}\n{"next":1}\n`);
    appendFileSync(scene.file(), FOREIGN_LINE);
    expect((await takeoverOf(third.transcript.read())).by).toBe('unknown');
  });

  it('[F8] nor one that comes after a successor who parked', async () => {
    const { successor, writeLate } = await revoke(scene);
    await successor.park(() => writeLate('{"late":1}\n'));

    await successor.transcript.append({ next: 1 });

    expect(successor.signal.aborted).toBe(false);
  });

  it('[O8] that writes nothing late troubles nobody', async () => {
    const { successor, writeLate } = await revoke(scene);
    await successor.transcript.append({ next: 1 });

    await writeLate('');
    await successor.transcript.append({ next: 2 });

    expect(successor.signal.aborted).toBe(false);
  });

  it('[F2] what it had written before counts as its own', async () => {
    // Given a wrapped section that writes at once and then hangs
    const abort = new AbortController();
    const run = await scene.own(RECORDS, OPTIONS, { signal: abort.signal });
    const begun = createGate();
    const end = createGate();
    const section = run.transcript.write(async (path) => {
      appendFileSync(path, '{"early":1}\n');
      begun.open();
      await end.opened;
    });
    section.catch(() => {});
    await begun.opened;
    const waiting = scene.ownAgain();
    await until(() => scene.sessions.inspect().waiting.length === 1);

    // When its turn is taken
    abort.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    const successor = await waiting;
    await successor.transcript.append({ next: 1 });
    end.open();

    // Then
    expect(scene.content()).toBe(`${RECORDS}{"early":1}\n{"next":1}\n`);
    expect(successor.signal.aborted).toBe(false);
  });

  it.each<[string, (run: Run) => unknown]>([
    ['append', (run) => run.transcript.append({ late: 1 })],
    ['appendLines', (run) => run.transcript.appendLines('{}')],
    ['rewrite', (run) => run.transcript.rewrite(() => '')],
    ['write', (run) => run.transcript.write((path) => appendFileSync(path, '{}\n'))],
    ['enqueue', (run) => run.transcript.enqueue((t) => t.append({ late: 1 }))],
    ['dropTornTail', (run) => run.transcript.dropTornTail()],
    ['rotate', (run) => run.transcript.rotate(`${run.sessionFile}.next`)],
    ['writeSync', async (run) => Promise.resolve(run.transcript.writeSync(() => 1))],
  ])('[T5] [F12] [O8] %s of it is refused before the file is touched', async (_, use) => {
    const { revoked, successor, writeLate } = await revoke(scene);
    await successor.transcript.append({ next: 1 });
    const before = scene.content();

    await expect(use(revoked)).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });

    expect(scene.content()).toBe(before);
    await successor.transcript.append({ next: 2 });
    await successor.release();
    await expect(use(revoked)).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    await writeLate('');
  });
});
