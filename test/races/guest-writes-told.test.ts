import { describe, expect, it } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';

describe('what an owner is told of guests', () => {
  const stage = useStage();
  const dir = useTempDir();

  it('[F5] is told after its end, too, where it had written nothing itself', async () => {
    // Given an owner that has only looked at its transcript, and a guest that wrote
    const sessions = stage.open();
    const sessionFile = dir.join('session.jsonl');
    const owner = await sessions.acquire({ sessionFile });
    const { transcript } = owner;
    expect(transcript.takeGuestWrites()).toEqual([]);
    await sessions.write(sessionFile, (into) => into.append({ n: 1 }), { label: 'mirror' });

    // When it has ended before it asked
    await owner.release();

    // Then it is told all the same, once
    const told = [{ label: 'mirror', offsetBytes: 0, lengthBytes: 8 }];
    expect([transcript.takeGuestWrites(), transcript.takeGuestWrites()]).toEqual([told, []]);
  });
});
