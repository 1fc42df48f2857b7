import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { meddle } from '../../transcript/fence/support/volumes.js';
import { useLeasing } from '../support/leasing.js';

/** What the process that has the file now writes. */
const THEIRS = '{"theirs":1}\n';
const OURS = '{"ours":1}\n';

describe('a write in whose moment the file becomes that of another process', () => {
  const leasing = useLeasing();

  const start = async (): Promise<Run> => {
    leasing.provider.isGenerous = true;
    return await leasing.open().acquire({ sessionFile: leasing.file() });
  };
  /** Another process takes the lease over and touches the file, beside the next write of ours. */
  const takenOver = (when: 'before' | 'after', act: (file: string) => void): void => {
    meddle({ call: 'write', when, nth: 1 }, () => {
      leasing.provider.lease(1).vanish();
      act(leasing.file());
    });
  };
  const theirAppend = (file: string): void => {
    appendFileSync(file, THEIRS);
  };

  it.each([
    ['in front of', 'before', THEIRS + OURS, THEIRS.length + OURS.length],
    ['behind', 'after', OURS + THEIRS, OURS.length],
  ] as const)(
    '[T5] [F15] is refused, and counted where its bytes are: they write %s it',
    async (_, when, content, endBytes) => {
      // Given
      const run = await start();
      takenOver(when, theirAppend);

      // When
      const written = run.transcript.appendLines(OURS.trim());

      // Then
      await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
      expect(readFileSync(leasing.file(), 'utf8')).toBe(content);
      expect(run.transcript.writes).toEqual({ count: 1, bytes: OURS.length, endBytes });
    },
  );

  it.each([
    ['cut it off', (file: string) => truncateSync(file)],
    ['wrote over it', (file: string) => writeFileSync(file, THEIRS)],
  ])('[F15] is not counted where they %s', async (_, act) => {
    // Given
    const run = await start();
    takenOver('after', act);

    // When
    const written = run.transcript.appendLines(OURS.trim());

    // Then
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(run.transcript.writes).toEqual({ count: 0, bytes: 0, endBytes: 0 });
  });

  it('[F15] is told to the owner where it is a guest’s', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    await run.transcript.read();
    takenOver('before', theirAppend);

    // When
    const written = sessions.write(
      leasing.file(),
      (transcript) => transcript.appendLines(OURS.trim()),
      { label: 'guest' },
    );

    // Then
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_LEASE_LOST' });
    expect(run.transcript.takeGuestWrites()).toEqual([
      { label: 'guest', offsetBytes: THEIRS.length, lengthBytes: OURS.length },
    ]);
  });
});
