import { describe, expect, it } from 'vitest';
import {
  type ContentLeft,
  FILE_CHANGES,
  RotateRefusedError,
  TranscriptIoError,
} from '../../src/index.js';
import { TRANSCRIPT_ERRORS } from './rows/transcript-errors.js';
import { describeErrors } from './support/describe-errors.js';
import { FILE } from './support/facts.js';
import { takeover } from './support/takeover.js';

describeErrors(TRANSCRIPT_ERRORS);

describe('a TakeoverError', () => {
  it.each(FILE_CHANGES)('[F10] says in words that the file was %s', (change) => {
    const { message } = takeover({ change });

    expect(message).toMatch(
      /: someone (appended to|rewrote|truncated|replaced|deleted) it without the gate while run r-1 owned it /,
    );
  });

  it('names a run whose turn was taken, where it had the file open', () => {
    const { message } = takeover({ by: 'revoked-run' });

    expect(message).toContain('a run whose turn was taken appended to it');
  });

  it('says so where there is no file any more', () => {
    const { message } = takeover({ change: 'deleted', seen: { exists: false, sizeBytes: 0 } });

    expect(message).toContain('(4810 bytes expected, no file found)');
  });

  it('[F15] tells how much of the run had reached the file, and up to where', () => {
    const { message } = takeover();

    expect(message).toContain('2 writes of this run (410 bytes, up to offset 4810) had reached it');
  });

  it('[F15] counts one write as one', () => {
    const { message } = takeover({ writes: { count: 1, bytes: 8, endBytes: 4_810 } });

    expect(message).toContain('1 write of this run (8 bytes, up to offset 4810) had reached it');
  });

  it('[F15] says so where nothing of the run had been written', () => {
    const { message } = takeover({ writes: { count: 0, bytes: 0, endBytes: 4_400 } });

    expect(message).toMatch(/; nothing of this run had been written$/);
  });

  it('does not show two equal sizes as if they were the difference', () => {
    const { message } = takeover({
      change: 'rewritten',
      seen: { exists: true, sizeBytes: 4_810 },
    });

    expect(message).not.toContain('4810 bytes expected, 4810 bytes found');
  });
});

describe('a TranscriptIoError', () => {
  it.each<{ content: ContentLeft; says: string; retry: string }>([
    { content: 'old', says: 'its content is as before', retry: 'wait' },
    { content: 'new', says: 'the new content is in it', retry: 'never' },
    { content: 'torn', says: 'a part of the record is in it', retry: 'never' },
    { content: 'unknown', says: 'could not be looked at', retry: 'never' },
  ])('[F10] that left $content content says so: try again? $retry', ({ content, says, retry }) => {
    const cause = new Error('EIO: i/o error, write');

    const error = new TranscriptIoError({
      sessionFile: FILE,
      action: 'append to',
      content,
      cause,
    });

    expect(error.message).toContain(says);
    expect(error.message).toMatch(/\(EIO: i\/o error, write\)$/);
    expect(error).toMatchObject({ content, retry });
  });
});

describe('a RotateRefusedError', () => {
  it.each([
    { reason: 'owned', retry: 'wait' },
    { reason: 'waited-for', retry: 'wait' },
    { reason: 'same', retry: 'never' },
  ] as const)('because of a file that is $reason: try again? $retry', ({ reason, retry }) => {
    const nextFile = '/srv/agent/next.jsonl';

    const error = new RotateRefusedError({ sessionFile: FILE, nextFile, reason });

    expect(error).toMatchObject({ reason, nextFile, retry });
  });
});
