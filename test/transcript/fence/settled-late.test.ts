import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOREIGN_LINE } from './support/foreign.js';
import { useScene } from './support/scene.js';
import { meddle, playFlappingVolume } from './support/volumes.js';

/** Read in several strides, so that others may go between them. */
const BIG = `"${'7'.repeat(9_000_000)}"\n`;
const GUEST = { offsetBytes: BIG.length, lengthBytes: 12 };

describe('bytes of which it takes a while to find out that they are in the file', () => {
  const scene = useScene();
  const guestWrites = (): Promise<void> =>
    scene.sessions.write(scene.file(), (transcript) => transcript.append({ guest: 1 }));

  /** The owner writes synchronously while the append of a guest is settled. */
  function interrupt(run: Awaited<ReturnType<typeof scene.own>>, foreign = ''): void {
    meddle({ call: 'write', when: 'after', nth: 1 }, () => {
      appendFileSync(scene.file(), foreign);
      queueMicrotask(() => {
        run.transcript.writeSync((path) => {
          appendFileSync(path, '{"sync":1}\n');
        });
      });
    });
  }

  it('[F15] [S8] count to the successor of a run whose turn was taken meanwhile', async () => {
    // Given
    const run = await scene.own(BIG, {}, { runId: 'one' });
    await run.transcript.read();
    let told: Promise<unknown> | undefined;
    meddle({ call: 'write', when: 'after', nth: 1 }, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
      queueMicrotask(() => {
        told = scene.sessions.interrupt({ runId: 'one' }, { settleMs: 0 });
      });
    });

    // When
    const refused = run.transcript.append({ own: 1 });

    // Then
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    await told;
    const next = await scene.ownAgain();
    expect(next.previous?.endBytes).toBe(run.transcript.writes.endBytes);
    expect(run.transcript.writes).toMatchObject({ count: 1, endBytes: BIG.length + 10 });
  });

  it('count once, as a guest’s, where the owner writes meanwhile', async () => {
    // Given
    playFlappingVolume(['ino']);
    const run = await scene.own(BIG);
    await run.transcript.read();
    interrupt(run);

    // When
    await guestWrites();

    // Then
    expect(run.transcript.takeGuestWrites()).toEqual([GUEST]);
    expect(run.transcript.writes).toMatchObject({ count: 1, bytes: 11 });
  });

  it('count once where a stranger appended in that moment, and the run adopts', async () => {
    // Given
    playFlappingVolume(['ino']);
    const run = await scene.own(BIG, { onForeignAppend: 'adopt' });
    await run.transcript.read();
    interrupt(run, FOREIGN_LINE);

    // When
    await guestWrites();

    // Then
    const lengthBytes = GUEST.lengthBytes + FOREIGN_LINE.length;
    expect(run.transcript.takeGuestWrites()).toEqual([{ ...GUEST, lengthBytes }]);
  });
});
