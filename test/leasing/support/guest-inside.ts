import type { Coordinator } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';

/** A guest in the middle of its section, which appends one record when the test lets it go on. */
export interface GuestInside {
  readonly wrote: Promise<void>;
  goOn(): void;
}

export const GUEST_LINE = '{"guest":1}\n';

export async function guestInside(
  sessions: Coordinator,
  sessionFile: string,
): Promise<GuestInside> {
  const entered = createGate();
  const going = createGate();
  const wrote = sessions.write(sessionFile, async (transcript) => {
    entered.open();
    await going.opened;
    await transcript.append({ guest: 1 });
  });
  wrote.catch(() => undefined);
  await entered.opened;
  return { wrote, goOn: () => going.open() };
}
