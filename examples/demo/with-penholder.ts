/** The lanes take turns, write through the transcript, and are guests where they have no turn. */
import {
  createCoordinator,
  type OwnershipEvent,
  type Run,
  type RunRequest,
  type Ticket,
} from 'penholder';

import { createInbox, type Inbox } from './inbox.js';
import { createLostReplies } from './lost-replies.js';
import { stretchesOf } from './stretches.js';
import type { LaneName, Turn, Variant, Work } from './variants.js';

/** Waiting this long means that something is broken: the lane fails, and says who held the turn. */
const WAIT_MS = 20_000;

const COMPACT_MS = 10_000;

export function turnOf(run: Run, inbox: Inbox): Turn {
  return {
    signal: run.signal,
    yieldSignal: run.yieldSignal,
    transcript: run.transcript,
    inbox,
    progress: () => run.progress(),
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
  const prepare = ({ label, ...lane }: LaneName): { request: RunRequest; inbox: Inbox } => {
    labels.set(lane.sessionKey, label);
    const inbox = createInbox();
    const steer = (message: unknown): Promise<boolean> => inbox.offer(String(message));
    return { request: { ...lane, waitMs: WAIT_MS, rescue: lost.keep, steer }, inbox };
  };
  const run = <T>(request: RunRequest | Ticket, label: string, inbox: Inbox, work: Work<T>) =>
    sessions.run(request, async (owner) => {
      await lost.putBack(owner, label);
      return work(turnOf(owner, inbox));
    });
  return {
    guarded: true,
    takeTurn: async (lane, work, { signal, interrupts = false } = {}) => {
      const { request, inbox } = prepare(lane);
      if (!interrupts) return run({ ...request, signal }, lane.label, inbox, work);
      const admission = await sessions.admit({ ...request, signal, mode: 'interrupt' });
      if (!('ticket' in admission)) throw new Error(`${lane.label} was ${admission.outcome}`);
      return run(admission.ticket, lane.label, inbox, work);
    },
    send: async (lane, message, work) => {
      const { request, inbox } = prepare(lane);
      const admission = await sessions.admit({ ...request, mode: 'steer', message });
      if (admission.outcome === 'busy') throw new Error(`${lane.label} was turned away`);
      if (admission.outcome === 'steered') {
        await sessions.runs.whenEnded(admission.holder);
        return 'steered';
      }
      await run(admission.ticket, lane.label, inbox, work);
      return 'own turn';
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
      steered: count('steered'),
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
