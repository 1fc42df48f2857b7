import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Ledger } from '../../../src/leases/lock-file/ledger.js';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';

describe('the ledger of a lock', () => {
  const dir = useTempDir();
  const ledger = () => new Ledger(dir.join('a.lock'));

  it('[L4] gives each number to one of those who follow the same claim', () => {
    const sight = ledger().look();

    const tokens = [1, 2, 3].map((text) => ledger().follow(sight, String(text)));

    expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
    expect(readdirSync(dir.join('a.lock')).filter((name) => name.startsWith('new-'))).toEqual([]);
  });

  it('[L4] does not follow past a claim that came meanwhile, under whatever number', () => {
    // Given
    const early = ledger().look();
    const held = ledger().follow(early, 'held') as bigint;

    // When the number that all begin from has been removed by somebody
    rmSync(dir.join('a.lock', 'epoch'));
    vi.spyOn(lockDisk, 'lookAt').mockReturnValue({
      ...{ mtimeMs: Date.now() + 60_000, size: 0 },
      ...{ isFile: true, isFolder: false },
    });

    // Then
    expect(ledger().follow(early, 'late')).toBeUndefined();
    expect(readdirSync(dir.join('a.lock'))).toContain(String(held));
  });

  it('[O2] gives a claim back at once when it cannot be looked at', () => {
    // Given
    const sight = ledger().look();
    vi.spyOn(lockDisk, 'list').mockImplementationOnce(() => {
      throw systemError('EIO');
    });

    // When
    expect(() => ledger().follow(sight, 'A')).toThrow('EIO');

    // Then
    expect(ledger().look().last?.isFree).toBe(true);
  });

  it('[L4] never gives the number of a claim again that was withdrawn', () => {
    // Given
    const sight = ledger().look();
    vi.spyOn(lockDisk, 'list').mockImplementationOnce(() => {
      throw systemError('EIO');
    });
    expect(() => ledger().follow(sight, 'A')).toThrow('EIO');
    const withdrawn = ledger().look().last?.number as bigint;

    // When
    const next = ledger().follow(ledger().look(), 'B') as bigint;

    // Then
    expect(next).toBe(withdrawn + 1n);
  });

  it('[X3] begins above all that was, after its folder was removed', () => {
    // Given
    const before = ledger().follow(ledger().look(), 'A') as bigint;
    rmSync(dir.join('a.lock'), { recursive: true });

    // When
    const { lookAt } = lockDisk;
    vi.spyOn(lockDisk, 'lookAt').mockImplementation((path) => {
      const seen = lookAt(path);
      return { ...seen, mtimeMs: seen.mtimeMs + 5_000 };
    });
    const after = ledger().follow(ledger().look(), 'B') as bigint;

    // Then
    expect(after).toBeGreaterThan(before);
  });

  it('[L4] holds nothing by a number of a folder that was removed', () => {
    // Given
    const held = ledger().follow(ledger().look(), 'A') as bigint;
    expect(ledger().isHeld(held)).toBe(true);

    // When the folder began after that number, as one does that was made anew
    const later = new Date(Date.now() + 60_000);
    utimesSync(dir.join('a.lock', 'epoch'), later, later);

    // Then
    expect(ledger().isHeld(held)).toBe(false);
    rmSync(dir.join('a.lock', 'epoch'));
    expect(ledger().isHeld(held)).toBe(false);
  });
});
