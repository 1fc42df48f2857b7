import { describe, expect, it } from 'vitest';
import { LeaseUnavailableError } from '../../src/errors/lease-errors.js';
import type { OwnershipEvent } from '../../src/index.js';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

type Line = readonly [level: string, facts: Record<string, unknown>];

function listening(): { lines: Line[]; options: object } {
  const lines: Line[] = [];
  const at = (level: string) => (facts: object) => {
    lines.push([level, facts as Record<string, unknown>]);
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, options: { logger } };
}

describe('what is told of leases to those who read it the next morning', () => {
  const leasing = useLeasing();

  it('[V5] [X5] is whose turn was cut off, as a warning, with the grant that follows', async () => {
    // Given
    const { lines, options } = listening();
    const granted = leasing.open(options).acquire({ sessionFile: leasing.file() });

    // When
    await leasing.provider.grant(1, someoneElse());
    await (await granted).release();

    // Then
    const warnings = lines.filter(([level]) => level === 'warn').map(([, facts]) => facts);
    expect(warnings).toMatchObject([
      { type: 'granted', diedRunId: 'their-run', diedHost: 'another-host' },
    ]);
  });

  it('is nothing of the kind where nobody died', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const events: OwnershipEvent[] = [];
    const sessions = leasing.open({ onEvent: (event) => void events.push(event) });

    // When
    await sessions.run({ sessionFile: leasing.file() }, () => undefined);

    // Then
    const granted = events.filter(({ type }) => type === 'granted');
    expect(granted.map((event) => 'diedRunId' in event)).toEqual([false]);
  });

  it('[V5] [L8] is why no lease could be had, and at which place', async () => {
    // Given
    const { lines, options } = listening();
    const sessionFile = leasing.file();
    const waiting = leasing.open(options).acquire({ sessionFile });
    const facts = { sessionFile, reason: 'not-writable', detail: 'it cannot be written' } as const;

    // When
    const wish = await leasing.provider.wish(1);
    wish.refuse(new LeaseUnavailableError({ ...facts, lockPath: '/a.lock', systemCode: 'EROFS' }));
    await waiting.catch(() => undefined);

    // Then
    const refused = lines.filter(([, { type }]) => type === 'refused');
    expect(refused).toMatchObject([
      ['warn', { reason: 'not-writable', lockPath: '/a.lock', systemCode: 'EROFS' }],
    ]);
  });

  it('[T5] is that a lost lease leaves no time', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    const { signal } = run;

    // When
    leasing.provider.lease(1).lose();

    // Then
    expect((signal.reason as Error).message).toContain('its turn is taken at once');
  });

  it('[X5] [S8] is to the provider that a turn had to be taken', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file(), runId: 'hangs' });
    const told: unknown[] = [];
    const lease = leasing.provider.lease(1);
    const { release } = lease;
    lease.release = function (this: typeof lease, cutOff?: { runId: string }) {
      told.push(cutOff?.runId);
      return release.call(this);
    };

    // When
    await sessions.interrupt({ runId: run.runId }, { settleMs: 0 });

    // Then
    expect(run.end).toBe('revoked');
    expect(told).toEqual(['hangs']);
  });
});
