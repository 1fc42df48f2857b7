import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runChild, type ChildResult } from '../support/child.js';

const EXAMPLES = new URL('../../examples/', import.meta.url);
/** Examples import the package by its name: here that is the source, so that no build is needed. */
const TSX_TSCONFIG_PATH = fileURLToPath(new URL('fixtures/tsconfig.json', import.meta.url));

const outcomes = new Map<string, Promise<ChildResult>>();

/** Runs an example once, however many tests look at what it prints. */
function outcomeOf(name: string): Promise<ChildResult> {
  const env = { TSX_TSCONFIG_PATH };
  const outcome = outcomes.get(name) ?? runChild(new URL(name, EXAMPLES), { env });
  outcomes.set(name, outcome);
  return outcome;
}

describe('examples/minimal.ts', () => {
  it('[P2] gives two lanes one turn after the other', async () => {
    const { code, stdout, stderr } = await outcomeOf('minimal.ts');

    expect(stderr).toBe('');
    expect(stdout).toBe('"hello" is turn 1\n"good morning" is turn 2\n');
    expect(code).toBe(0);
  });
});

describe('examples/two-gateways.ts', () => {
  it('[L9] [L11] lets two processes answer one after the other, each with what the other wrote', async () => {
    const { code, stdout, stderr } = await outcomeOf('two-gateways.ts');

    expect(stderr).toBe('');
    const turns = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(turns).toMatchObject(
      [0, 1, 2, 3, 4, 5].map((before) => ({
        turn: before + 1,
        reply: `I have seen ${before} turns before this one`,
      })),
    );
    expect(code).toBe(0);
  });
});

describe('examples/json-lines-runner.ts', () => {
  it('tells its story to the end', async () => {
    const { code, stdout, stderr } = await outcomeOf('json-lines-runner.ts');

    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\{"from":"model","text":/);
    expect(code).toBe(0);
  });

  it.each([
    ['[L10] cuts a torn record before it writes', 'cut a torn record of 19 bytes'],
    ['[F5] takes in what a guest wrote meanwhile', 'a note wrote 43 bytes meanwhile'],
    ['[X5] [S8] marks what an aborted turn left', /marked bytes \d+ to \d+: .* ended as aborted/],
    ['[F8] starts clean after a takeover', /marked bytes \d+ to \d+: .* ended as takeover/],
    ['[F14] puts a rescued reply into the file', /put a rescued reply back: "still there\?" is/],
    ['[V3] shows people a text that is fit for them', /to alice: \(This request was stopped/],
    ['compacts a file with many records', /compacted \d+ records/],
    ['goes on in a new file with those who wait', /went on in chat-2.jsonl[^]+to bob: "and now/],
  ])('%s', async (_, told) => {
    const { stdout } = await outcomeOf('json-lines-runner.ts');

    expect(stdout).toMatch(told);
  });
});

describe('examples/message-router.ts', () => {
  it('tells its story to the end, and leaves no run', async () => {
    const { code, stdout, stderr } = await outcomeOf('message-router.ts');

    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\{ ended: \[\], revoked: \[\]/);
    expect(code).toBe(0);
  });

  it.each([
    [
      '[R7] steers a message into the answer',
      'to "plan a trip": after 0 records: "plan a trip" and',
    ],
    [
      '[R7] gives a follow-up a turn of its own',
      'to "and sports?": after 4 records: "and sports?"',
    ],
    [
      'collects what comes meanwhile',
      'to "and a table": after 8 records: "add the costs, and a ta',
    ],
    ['[I3] interrupts for the next message', 'to "no, a haiku": after 10 records: "no, a haiku"'],
    ['[I5] [V3] tells a person what was stopped', 'to "write a poem": This request was stopped'],
    ['[I1] stops whoever has the file', 'to "/stop": ended'],
    ['[S2] leaves a run alone that is well', 'to "/recover": skipped, active_run'],
    ['[S2] stops it where an operator insists', 'to "/recover now": ended, requested'],
  ])('%s', async (_, told) => {
    const { stdout } = await outcomeOf('message-router.ts');

    expect(stdout).toContain(told);
  });
});
