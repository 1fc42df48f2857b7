import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from '../../transcript/gate/support/desk.js';
import { holdGuest, holdSection } from '../../transcript/gate/support/hold.js';
import { ask, serve } from '../support/scene.js';

describe('admission from inside a section', () => {
  useFakeTime();
  const desk = useDesk();

  it('is told that it may not run, where it does not want to wait', async () => {
    // Given a guest that writes at the gate of an owner
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const guest = await holdGuest(sessions, desk.file());

    // When it asks for a turn now or never, which could never come where it waits
    const request = { sessionFile: desk.file(), mode: 'skip', onReentry: 'refuse' } as const;
    const busy = await guest.within(() => ask(sessions, request, 'busy'));

    // Then that is no error: it waits for nothing
    expect(busy).toMatchObject({ reason: 'held', holder: { runId: 'owner' } });
    await guest.leave();
    await owner.release();
  });

  it('[D4] gives a place behind the run around, which that does not wait for', async () => {
    // Given an owner inside a section of its own
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const section = await holdSection(owner);

    // When it asks for a turn that comes after its own
    const request = { sessionFile: desk.file(), runId: 'next' };
    const { ticket } = await section.within(() => ask(sessions, request, 'queued'));

    // Then that is served once it has ended
    await section.leave();
    await owner.release();
    expect(await serve(ticket)).toBe('next');
  });
});
