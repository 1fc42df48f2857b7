import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineFor } from '../../examples/demo/script.js';
import { measureTranscript } from '../../examples/demo/transcript-facts.js';
import { TakeoverError } from '../../src/index.js';
import { bypass } from './support/bypass.js';

describe('a program that writes past the gate while the pi agent is answered', () => {
  it('[F7] [F15] ends the run, which tells what of it is in the file', async () => {
    const { error, sessionFile, line } = await bypass();

    expect(error).toMatchObject({ why: 'takeover', cause: expect.any(TakeoverError) as unknown });
    expect((error as Error).cause).toMatchObject({ change: 'appended', writes: { count: 1 } });
    expect(readFileSync(sessionFile, 'utf8')).toContain(line.question);
  });

  it('[F14] costs no finished reply', async () => {
    const { error, rescued, line } = await bypass();

    expect(rescued).toEqual([line.answer]);
    expect(error).toHaveProperty('result', line.answer);
  });

  it('[F8] leaves the next turn a clean start, which reaches what that program wrote', async () => {
    // Given a turn that was ended so
    const { sessions, sessionFile, converse, elsewhere } = await bypass();
    const next = lineFor('third', false);

    // When the next one comes
    const previous = await sessions.run({ sessionFile }, async (run) => {
      await converse(run, next);
      return run.previous;
    });

    // Then it is told, and goes on from the file as it is
    expect(previous?.end).toBe('takeover');
    expect(measureTranscript(sessionFile, [elsewhere, next], [])).toMatchObject({
      reached: 2,
      roots: 1,
      forks: 0,
    });
  });
});
