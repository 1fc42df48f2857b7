import { describe, expect, it, vi } from 'vitest';
import { DeadlockError, type Run } from '../../../src/index.js';
import { settled } from '../../ownership/support/steps.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from '../../transcript/gate/support/desk.js';
import { chainOf, errorOf, holdGuest, sectionsOf } from '../../transcript/gate/support/hold.js';
import { createRescue } from '../../transcript/windows/support/windows.js';
import { ask, askToWait, serve } from '../support/scene.js';

const FILE = 'memory:a';

describe('acquire() of a ticket', () => {
  useFakeTime();
  const desk = useDesk();

  it('brings the rescue of its request along', async () => {
    // Given a run that was claimed with a ticket, and that prompts
    const sessions = desk.open();
    const { rescue, payloads } = createRescue();
    const { ticket } = await ask(sessions, { sessionFile: FILE, rescue }, 'run');
    const run = await ticket.acquire();
    const answer = createGate<string>();
    const prompt = run.prompt(() => answer.opened);

    // When it is told to stop before its model answers
    const told = sessions.interrupt(run);
    answer.open('the reply');
    await prompt.catch(() => {});

    // Then the reply is not lost
    expect(payloads).toEqual(['the reply']);
    await run.release();
    await told;
  });

  it('does not end the run that it joined, where that was told to stop', async () => {
    // Given a run that was told to stop, and a ticket inside it
    const sessions = desk.open();
    const seen: unknown[] = [];
    const host = sessions.run({ sessionFile: FILE, runId: 'host' }, async (run) => {
      const joining = { sessionFile: FILE, onReentry: 'join' } as const;
      const { ticket } = await ask(sessions, joining, 'run');
      await sessions.interrupt(run);

      // When the ticket is claimed
      await ticket.acquire().catch(() => {});
      seen.push(run.phase);
    });
    await host.catch(() => {});

    // Then whether that run goes on is its own affair
    expect(seen).toEqual(['active']);
  });

  it('[D4] is refused in a section that the owner waits for', async () => {
    // Given an owner that waits at its gate for a guest
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const guest = await holdGuest(sessions, desk.file());
    const appended = owner.transcript.append({ by: 'owner' });
    expect(sectionsOf(owner)).toBe(1);

    // When the guest claims a place behind the owner
    const ticket = await askToWait(sessions, { sessionFile: owner.sessionFile, runId: 'next' });
    const refused = errorOf(guest.within(() => ticket.acquire()));

    // Then it is told that it would wait for itself, and the place is there for others
    expect(chainOf(await refused)).toContain('owner');
    await guest.leave();
    await appended;
    await owner.release();
    expect(await serve(ticket)).toBe('next');
  });

  it('[D4] in the context of a run that has ended is waited for by the run around that', async () => {
    // Given a run, and code that goes on in it after the run inside it has ended
    const sessions = desk.open();
    const other = await sessions.acquire({ sessionFile: 'memory:other', runId: 'other' });
    const inner = createGate();
    const done = createGate();
    const claimed = createGate<Promise<Run>>();
    const around = sessions.run({ sessionFile: FILE, runId: 'around' }, async () => {
      await sessions.run({ sessionFile: 'memory:inner' }, () => {
        void inner.opened.then(async () => {
          const ticket = await askToWait(sessions, { sessionFile: 'memory:other', runId: 'next' });
          claimed.open(ticket.acquire());
        });
      });
      inner.open();
      await done.opened;
    });
    await settled();

    // When that code has claimed the place behind another run, and that asks for the file around
    const asked = other.within(() => sessions.acquire({ sessionFile: FILE, waitMs: 60_000 }));

    // Then the circle is found
    await expect(Promise.race([asked, vi.advanceTimersByTimeAsync(1)])).rejects.toThrow(
      DeadlockError,
    );
    await other.release();
    done.open();
    await around;
    await (await claimed.opened).release();
  });
});
