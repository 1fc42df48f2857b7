import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { startProcess } from './support/actor.js';
import { killAtRandom, startTogether, useContenders } from './support/contenders.js';
import { isGrowing, leftBehind, readJournal } from './support/journal.js';

const CONTENDERS = Array.from({ length: 50 }, (_, index) => index);

describe('many processes at the same moment', { timeout: 120_000 }, () => {
  const dir = useTempDir();
  const startContender = useContenders();

  it('[L4] have a file that a dead process left one after the other, each once', async () => {
    // Given the claim of a dead process, and 50 that are ready to follow it
    const args = [dir.join('s.jsonl'), dir.join('journal'), 'once'];
    const dead = await startProcess(dir.join('s.jsonl'));
    await dead.ask('acquire', { runId: 'dead' });
    await dead.kill();
    const contenders = await Promise.all(CONTENDERS.map(() => startContender(...args)));

    // When they all begin
    startTogether(contenders);
    const counts = await Promise.all(contenders.map(({ count }) => count));

    // Then there was one at a time, with tokens that grew, and nothing of them is left
    const { turns, overlaps } = readJournal(dir.join('journal'));
    expect(overlaps).toEqual([]);
    expect(new Set(turns.map(({ pid }) => pid)).size).toBe(CONTENDERS.length);
    expect(turns).toHaveLength(CONTENDERS.length);
    expect(isGrowing(turns)).toBe(true);
    expect(counts.filter(({ lostCount }) => lostCount > 0)).toEqual([]);
    expect(leftBehind(dir.join('s.jsonl'))).toEqual({ free: 2, others: [] });
  });

  it('[L4] [P4] have a file that nobody ever had one after the other, and nobody is told of a loss', async () => {
    // Given no lock at all, and 50 processes
    const args = [dir.join('s.jsonl'), dir.join('journal'), 'once'];
    const contenders = await Promise.all(CONTENDERS.map(() => startContender(...args)));

    // When they all begin
    startTogether(contenders);
    const counts = await Promise.all(contenders.map(({ count }) => count));

    // Then there was one at a time, nobody disturbed a healthy holder, and nothing is left
    const { turns, overlaps } = readJournal(dir.join('journal'));
    expect(overlaps).toEqual([]);
    expect(new Set(turns.map(({ pid }) => pid)).size).toBe(CONTENDERS.length);
    expect(turns).toHaveLength(CONTENDERS.length);
    expect(isGrowing(turns)).toBe(true);
    expect(counts.filter(({ lostCount }) => lostCount > 0)).toEqual([]);
    expect(leftBehind(dir.join('s.jsonl'))).toEqual({ free: 2, others: [] });
  });

  it('[L4] [X3] are never two, though they are killed at random points', async () => {
    // Given eight processes that take the file again and again
    const args = [dir.join('s.jsonl'), dir.join('journal'), 'loop'];
    const eight = CONTENDERS.slice(0, 8);
    const contenders = await Promise.all(eight.map(() => startContender(...args)));
    startTogether(contenders);

    // When all but two are killed, one after the other, and those two are told to stop
    const survivors = contenders.slice(0, 2);
    const killed = await killAtRandom(contenders.slice(2), contenders);
    for (const { process: child } of survivors) child.send({});
    const counts = await Promise.all(survivors.map(({ count }) => count));

    // Then nobody entered while another was inside, and the survivors went on to the end
    const { turns, overlaps } = readJournal(dir.join('journal'), killed);
    expect(overlaps).toEqual([]);
    expect(isGrowing(turns)).toBe(true);
    expect(turns.length).toBeGreaterThan(20);
    expect(counts.map(({ lostCount }) => lostCount)).toEqual([0, 0]);
  });
});
