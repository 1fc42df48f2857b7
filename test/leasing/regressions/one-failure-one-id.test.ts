import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/index.js';
import { until } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';

function idOf(error: unknown): string {
  expect(error).toBeInstanceOf(SessionError);
  return (error as SessionError).eventId;
}

describe('the id of a failure of leases', () => {
  const leasing = useLeasing();

  it('[V6] is one for a lost lease, on errors and events', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();

    // When
    const ended = sessions.run({ sessionFile: leasing.file() }, async (run) => {
      leasing.provider.lease(1).vanish();
      await run.transcript.append({ a: 1 });
    });

    // Then
    const error: unknown = await ended.catch((thrown: unknown) => thrown);
    const { cause } = error as SessionError;
    const told = leasing.stage.events.filter(({ type }) =>
      ['lease-lost', 'signalled', 'revoked', 'ended'].includes(type),
    );
    expect(told).toHaveLength(4);
    const ids = [idOf(error), idOf(cause), ...told.map(({ eventId }) => eventId)];
    expect(new Set(ids).size).toBe(1);
  });

  it('[V6] is one for a refusal, however many waited', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const asked = [sessions.acquire({ sessionFile }), sessions.acquire({ sessionFile })];
    const wish = await leasing.provider.wish(1);
    await until(() => sessions.inspect().waiting.length === 2);

    // When
    wish.refuse(new Error('the disk is gone'));

    // Then
    const [one, other] = await Promise.all(
      asked.map((run) => run.catch((error: unknown) => idOf(error))),
    );
    expect(one).toBe(other);
  });
});
