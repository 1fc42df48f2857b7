import { describe, expect, it } from 'vitest';
import { useLeasing } from '../support/leasing.js';
import { useRotating } from './support/rotating.js';

describe('rotating under a lease', () => {
  const leasing = useLeasing();
  const { start, next, states } = useRotating(leasing);

  it('ends the run where the new lease is lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());

    // When
    leasing.provider.leases[1]?.lose();

    // Then
    expect(run.end).toBe('lease-lost');
    expect(states()).toEqual(['released', 'lost']);
  });

  it('goes on where the lease of the former file is lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    await run.transcript.append({ b: 1 });
    await run.release();
    expect(states()).toEqual(['lost', 'released']);
  });

  it('does not go back under a lease that was lost', async () => {
    // Given
    const run = await start();
    await run.transcript.rotate(next());
    leasing.provider.leases[0]?.lose();

    // When
    await run.transcript.rotate(leasing.file());

    // Then
    expect(run.fencingToken).toBe('3');
    await run.transcript.append({ a: 2 });
    await run.release();
  });
});
