import type { Coordinator, GuestTranscript } from '../../../../src/index.js';
import { waitBehind } from '../../../runs/support/sessions.js';
import { createGate, type Gate } from '../../../support/gate.js';

export type Guest = (transcript: GuestTranscript) => void | Promise<void>;

/** Guests that wait for the section of an owner that ends with it: each gets a turn of its own. */
export async function guestsBehind(
  sessions: Coordinator,
  sessionFile: string,
  guests: readonly Guest[],
): Promise<{ readonly section: Gate<void>; readonly writes: Promise<unknown> }> {
  const section = createGate();
  const owner = await sessions.acquire({ sessionFile });
  const wrote = owner.transcript.write(() => section.opened);
  const ended = owner.release();
  const writes = guests.map((guest) => sessions.write(sessionFile, guest));
  // Requests with one spelling are decided in the order of their calls.
  const behind = await waitBehind(sessions, { sessionFile, runId: 'behind' });
  await sessions.interrupt({ runId: 'behind' });
  await behind.granted.catch(() => undefined);
  return { section, writes: Promise.all([wrote, ended, ...writes]) };
}
