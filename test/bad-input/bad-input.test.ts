import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { expectBalanced, expectIdle, idsOf } from '../runs/support/sessions.js';
import { FILES } from './files.js';
import { HANDLES } from './handles.js';
import { OPTIONS } from './options.js';
import { REQUESTS } from './requests.js';
import { type Row, type Scene, setScene } from './scene.js';
import { TRANSCRIPTS } from './transcripts.js';
import { WINDOWS } from './windows.js';
import { WRITES } from './writes.js';

const ROWS: readonly Row[] = [
  ...[...FILES, ...OPTIONS, ...REQUESTS, ...HANDLES],
  ...[...WINDOWS, ...TRANSCRIPTS, ...WRITES],
];

/** Whatever a call throws or rejects with. */
async function outcomeOf(row: Row, scene: Scene): Promise<unknown> {
  try {
    await row.act(scene);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('bad input', () => {
  const dir = useTempDir();

  it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const scene = await setScene(dir);
    const { coordinator, good } = scene;
    const before = coordinator.inspect();

    const error = await outcomeOf(row, scene);

    // The exact error, which is the package's own exactly where it is no bug in the call
    expect(error).toBeInstanceOf(Error);
    const { constructor, message } = error as Error;
    expect(`${constructor.name}: ${message}`).toMatch(
      /^\w+: (?:Invalid|Cannot (?!read properties|destructure)) ?/,
    );
    expect(constructor.name).toBe(row.type);
    const wanted = row.message(scene);
    const isWanted = wanted instanceof RegExp && wanted.test(message);
    expect(message).toBe(isWanted ? message : String(wanted).replace('@good', good));
    expect(error).toMatchObject(row.has ?? {});
    expect(SessionError.is(error)).toBe(!/^(?:Type|Range)Error$/.test(row.type));
    // It changed nothing that is owned, waits or is parked, and the counters balance
    const after = coordinator.inspect();
    expect(idsOf([...after.held, ...after.waiting])).toEqual(idsOf(before.held));
    expect(after.parked).toEqual(before.parked);
    expect(coordinator.runs.list()).toEqual([...before.held, ...before.parked]);
    expectBalanced(coordinator);
    // And work goes on
    const run = { sessionFile: good, waitMs: 0 };
    expect(await coordinator.run(run, ({ phase }) => phase)).toBe('active');
    await scene.end();
    expectIdle(coordinator);
  });

  it('is tried in many ways', () => {
    expect(ROWS.length).toBeGreaterThan(220);
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });
});
