import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.js';
import { RECORDS, useScene } from './fence/support/scene.js';

const CALLS: readonly { name: string; call(run: Run): unknown }[] = [
  { name: 'append', call: (run) => run.transcript.append({ a: 1 }) },
  { name: 'read', call: (run) => run.transcript.read() },
  { name: 'rewrite', call: (run) => run.transcript.rewrite((bytes) => bytes) },
  { name: 'dropTornTail', call: (run) => run.transcript.dropTornTail() },
  { name: 'write', call: (run) => run.transcript.write(() => {}) },
  { name: 'writeSync', call: (run) => run.transcript.writeSync(() => {}) },
  { name: 'enqueue', call: (run) => run.transcript.enqueue(() => {}) },
  { name: 'prompt', call: (run) => run.prompt(() => {}) },
  { name: 'maintain', call: (run) => run.maintain(() => {}, { deadlineMs: 1 }) },
];

async function messageOf(call: () => unknown): Promise<string> {
  const error = await (async () => call())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : 'nothing was thrown';
}

describe('what an ended run is told', () => {
  const scene = useScene();

  it.each(CALLS)('[V2] $name names what cannot be done, as a verb', async ({ call }) => {
    // Given a run that was released, and whose transcript was used before
    const run = await scene.own(RECORDS);
    await run.transcript.read();
    await run.release();

    // When it is used again
    const message = await messageOf(() => call(run));

    // Then the text reads as a sentence
    expect(message).toMatch(/^Cannot (?!an? )[a-z]+/);
    expect(message).toContain('has ended (released)');
  });
});
