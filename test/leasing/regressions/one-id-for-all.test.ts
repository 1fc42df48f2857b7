import { describe, expect, it } from 'vitest';
import { LeaseUnavailableError, SessionError } from '../../../src/index.js';
import { assertError, until } from '../../runs/support/sessions.js';
import { guestInside } from '../support/guest-inside.js';
import { useLeasing } from '../support/leasing.js';

const OF_A_LOSS = ['lease-lost', 'signalled', 'revoked', 'ended'];

describe('the id of one failure of leases, told to several', () => {
  const leasing = useLeasing();

  /** The ids on the four events that a run is lost by. */
  function idsOfLoss(runId: string): (string | undefined)[] {
    const { events } = leasing.stage;
    const told = events.filter((event) => event.runId === runId && OF_A_LOSS.includes(event.type));
    expect(told.map(({ type }) => type)).toEqual(OF_A_LOSS);
    return told.map(({ eventId }) => eventId);
  }

  it('[V6] is the same for the guest that is sent out and for the run', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await sessions.acquire({ sessionFile: leasing.file(), runId: 'run' });
    const guest = await guestInside(sessions, leasing.file());

    // When
    const { eventId } = leasing.provider.lease(1).lose();

    // Then
    guest.goOn();
    const told = await assertError(guest.wrote, SessionError);
    expect(new Set([eventId, told.eventId, ...idsOfLoss('run')])).toEqual(new Set([eventId]));
  });

  it('[V6] is one also where the provider tells the loss by an error of its own', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file(), runId: 'run' });
    const lease = leasing.provider.lease(1);
    lease.vanish();
    const cause = new Error('the network is gone');

    // When
    lease.wish.request.onLost(cause);

    // Then
    const { reason } = run.signal as { reason: { cause: SessionError } };
    expect(reason.cause).toMatchObject({ code: 'ERR_SESSION_LEASE_LOST', cause });
    expect(new Set(idsOfLoss('run'))).toEqual(new Set([reason.cause.eventId]));
  });

  it('[V6] is the one that the provider gave, where it refuses by an error of this package', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const asked = [sessions.acquire({ sessionFile }), sessions.acquire({ sessionFile })];
    const refused = asked.map((one) => assertError(one, LeaseUnavailableError));
    const wish = await leasing.provider.wish(1);
    await until(() => sessions.inspect().waiting.length === 2);
    const said = {
      sessionFile,
      reason: 'not-writable',
      detail: 'its folder is read-only',
    } as const;
    const error = new LeaseUnavailableError(said);

    // When
    wish.refuse(error);

    // Then
    const ids = (await Promise.all(refused)).map(({ eventId }) => eventId);
    expect(ids).toEqual([error.eventId, error.eventId]);
  });
});
