import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';

const OLD = '{"old":1}\n';
const START = OLD.length;
const LINE = '{"line":1}\n'.length;

describe('startBytes and writes', () => {
  const dir = useTempDir();
  const stage = useStage();

  async function begin() {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    writeFileSync(file, OLD);
    const run = await sessions.acquire({ sessionFile: file });
    return { sessions, file, run, transcript: run.transcript };
  }

  it('[S8] begin where the file ended when the run was granted', async () => {
    const { run, transcript } = await begin();

    expect(transcript.startBytes).toBe(START);
    expect(transcript.writes).toEqual({ count: 0, bytes: 0, endBytes: START });
    expect(Object.isFrozen(transcript.writes)).toBe(true);
    await run.release();
  });

  it('[F15] count the writes of the run, in and outside of windows', async () => {
    const { run, transcript } = await begin();

    await transcript.append({ line: 1 });
    await run.prompt(() => transcript.append({ line: 2 }, { line: 3 }));
    await run.maintain(() => transcript.append({ line: 4 }), { deadlineMs: 1_000 });

    expect(transcript.startBytes).toBe(START);
    expect(transcript.writes).toEqual({ count: 3, bytes: 4 * LINE, endBytes: START + 4 * LINE });
    await run.release();
  });

  it('[F15] do not count those of guests', async () => {
    const { run, transcript, sessions, file } = await begin();
    await transcript.append({ line: 1 });

    await sessions.write(file, (guest) => guest.append({ by: 'guest' }));

    expect(transcript.writes).toEqual({ count: 1, bytes: LINE, endBytes: START + LINE });
    await transcript.append({ line: 2 });
    expect(transcript.writes).toEqual({
      count: 2,
      bytes: 2 * LINE,
      endBytes: START + 2 * LINE + 15,
    });
    await run.release();
  });

  it('[S8] start anew behind what was written while the run was parked, and keep its own count', async () => {
    const { run, transcript, sessions, file } = await begin();
    await transcript.append({ line: 1 });

    await run.park(() =>
      sessions.run({ sessionFile: file }, (child) => child.transcript.append({ line: 2 })),
    );

    expect(transcript.startBytes).toBe(START + 2 * LINE);
    expect(transcript.writes).toEqual({ count: 1, bytes: LINE, endBytes: START + LINE });
    await transcript.append({ line: 3 });
    expect(transcript.writes).toEqual({ count: 2, bytes: 2 * LINE, endBytes: START + 3 * LINE });
    await run.release();
  });

  it('[S8] begin at the end of the file that the turn goes on in', async () => {
    const { run, transcript } = await begin();
    const next = dir.join('next.jsonl');
    writeFileSync(next, '{"kept":1}\n');
    await transcript.append({ line: 1 });

    await transcript.rotate(next);

    expect(transcript.startBytes).toBe(LINE);
    expect(transcript.writes.endBytes).toBe(LINE);
    await transcript.append({ line: 2 });
    expect(transcript.writes).toMatchObject({ count: 2, endBytes: 2 * LINE });
    await run.release();
  });

  it('[S8] reach the next run as what the one before left', async () => {
    const { run, transcript, sessions, file } = await begin();
    await transcript.append({ line: 1 });
    await sessions.write(file, (guest) => guest.append({ by: 'guest' }));
    await run.release();

    const previous = await sessions.run({ sessionFile: file }, (next) => next.previous);

    expect(previous).toMatchObject({ startBytes: START, endBytes: START + LINE });
  });
});
