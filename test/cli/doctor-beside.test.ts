import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.js';
import { useTempDir } from '../support/temp-dir.js';
import { dieHolding, endChurn, startChurn } from './support/holders.js';
import { acquire, session } from './support/locks.js';

const DOCTORS = new URL('./fixtures/doctors.ts', import.meta.url);

interface Visits {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly complaints: readonly string[];
}

async function doctors(rounds: number, folder: string): Promise<Visits> {
  const { process } = startChild(DOCTORS, { args: [String(rounds), folder], timeoutMs: 30_000 });
  const [visits] = (await once(process, 'message')) as [Visits];
  return visits;
}

describe('doctors beside others', () => {
  const dir = useTempDir();

  it('[L4] neither take a turn from the living nor let two have one, though they remove locks', async () => {
    // Given: files that are never made, so that their locks are removed whenever nobody has them
    const files = [dir.join('one.jsonl'), dir.join('two.jsonl')];
    const churns = await Promise.all([startChurn(...files), startChurn(...files.toReversed())]);

    // When
    const visits = await Promise.all([doctors(150, dir.path), doctors(150, dir.path)]);
    const ends = await Promise.all(churns.map((churn) => endChurn(churn)));

    // Then
    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
    expect(ends.map(({ failed }) => failed)).toEqual([undefined, undefined]);
    expect(Math.min(...ends.map(({ turns }) => turns))).toBeGreaterThan(10);
    const removed = visits.map(({ outcomes }) => outcomes['gone-session fixed'] ?? 0);
    expect(Math.max(...removed)).toBeGreaterThan(0);
  }, 40_000);

  it('[X3] give back each claim of the dead once, and the next runs are told', async () => {
    const files = Array.from({ length: 30 }, (_, index) => session(dir.join(`${index}.jsonl`)));
    const pid = await dieHolding(...files);

    const visits = await Promise.all([doctors(1, dir.path), doctors(1, dir.path)]);

    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
    const fixed = visits.map(({ outcomes }) => outcomes['dead-holder fixed'] ?? 0);
    expect(fixed.reduce((sum, count) => sum + count)).toBe(30);
    const leases = await Promise.all(files.map((file) => acquire(file)));
    expect(leases.map(({ died }) => died?.pid)).toEqual(files.map(() => pid));
    await Promise.all(leases.map((lease) => lease.release()));
  }, 40_000);

  it('leave nothing of themselves', async () => {
    const files = Array.from({ length: 30 }, (_, index) => dir.join(`${index}.jsonl`));
    await dieHolding(...files);

    const visits = await Promise.all([doctors(1, dir.path), doctors(1, dir.path)]);

    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
    expect(readdirSync(dir.path)).toEqual([]);
  }, 40_000);
});
