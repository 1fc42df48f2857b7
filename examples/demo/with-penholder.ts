/** The lanes take turns, write through the transcript, and are guests where they have no turn. */
import { createCoordinator, type OwnershipEvent, type Run } from 'penholder';

import { createLostReplies } from './lost-replies.js';
import { stretchesOf } from './stretches.js';
import type { Turn, Variant } from './variants.js';

/** Waiting this long means that something is broken: the lane fails, and says who held the turn. */
const WAIT_MS = 20_000;

const COMPACT_MS = 10_000;

function turnOf(run: Run): Turn {
  return {
    signal: run.signal,
    yieldSignal: run.yieldSignal,
    transcript: run.transcript,
    prompt: (task) => run.prompt(task),
    compact: (update) =>
      run.maintain(() => run.transcript.rewrite(update), { deadlineMs: COMPACT_MS }),
  };
}

/** Wraps the same work into a run; the picture comes from the events of the coordinator. */
export function withPenholder(): Variant {
  const events: OwnershipEvent[] = [];
  const labels = new Map<string, string>();
  const lost = createLostReplies();
  const sessions = createCoordinator({ onEvent: (event) => events.push(event) });
  const count = (type: OwnershipEvent['type']): number =>
    events.filter((event) => event.type === type).length;
  return {
    guarded: true,
    takeTurn: ({ label, ...lane }, work, signal) => {
      labels.set(lane.sessionKey, label);
      const request = { ...lane, waitMs: WAIT_MS, rescue: lost.keep, ...(signal && { signal }) };
      return sessions.run(request, async (run) => {
        await lost.putBack(run, label);
        return work(turnOf(run));
      });
    },
    deliver: ({ label, sessionFile }, entry) => {
      // Guests have no session key.
      labels.set('', label);
      return sessions.write(sessionFile, (transcript) => transcript.append(entry()), { label });
    },
    stretches: () => stretchesOf(events, labels),
    tally: () => ({
      takeovers: count('takeover'),
      guests: count('joined'),
      restored: lost.restored,
    }),
    close: async () => {
      const { held, waiting, parked, draining } = sessions.inspect();
      await sessions.close();
      return [...held, ...waiting, ...parked, ...draining].map(
        (run) => `${run.sessionKey} is still ${run.phase}`,
      );
    },
  };
}
