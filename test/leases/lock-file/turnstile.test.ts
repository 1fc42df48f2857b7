import { describe, expect, it, vi } from 'vitest';
import { Ledger } from '../../../src/leases/lock-file/ledger.js';
import { encodeRecord } from '../../../src/leases/lock-file/record.js';
import { Turnstile } from '../../../src/leases/lock-file/turnstile.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { holderOf } from './support/records.js';

describe('leaving a file to those who wait for it', () => {
  useFakeTime();
  const dir = useTempDir();

  /** A file that was just given back, while somebody waits who does not come. */
  function given() {
    const ledger = new Ledger(dir.join('a.lock'));
    const number = ledger.follow(ledger.look(), encodeRecord(holderOf('A'))) as bigint;
    ledger.mark(encodeRecord(holderOf('waits')));
    const turnstile = new Turnstile();
    turnstile.noteGivenBack(ledger, number);
    ledger.free(number);
    return { turnstile, ledger, number };
  }

  it('[L9] lasts 300 ms, and no longer', async () => {
    const { turnstile, ledger, number } = given();

    expect(turnstile.mustLeave(ledger, number)).toBe(true);
    await vi.advanceTimersByTimeAsync(299);
    expect(turnstile.mustLeave(ledger, number)).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(turnstile.mustLeave(ledger, number)).toBe(false);
  });

  it('[L9] passes by who did not come for 10 s, and not for ever', async () => {
    // Given
    const { turnstile, ledger, number } = given();
    await vi.advanceTimersByTimeAsync(300);

    // When
    turnstile.mustLeave(ledger, number);

    // Then
    expect(turnstile.isWanted(ledger)).toBe(false);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(turnstile.isWanted(ledger)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(turnstile.isWanted(ledger)).toBe(true);
  });

  it('keeps the silence of 1,000 claims, of the latest', () => {
    // Given
    const turnstile = new Turnstile();
    const [first, second] = [turnstile.silenceOf('/0'), turnstile.silenceOf('/1')];

    // When
    for (let count = 2; count <= 1_000; count += 1) turnstile.silenceOf(`/${count}`);

    // Then
    expect(turnstile.silenceOf('/1')).toBe(second);
    expect(turnstile.silenceOf('/0')).not.toBe(first);
  });
});
