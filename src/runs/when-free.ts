import type { FileQueue } from '../ownership/file/file-queue.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { SessionFile } from '../types.js';
import { PROBE_MS } from '../ownership/leasing/queue-lease.js';
import { wait } from './run-waits.js';
import { checkWait, type WaitOptions } from './until-told.js';

/** How often it is looked whether another process still has the file. */
const LOOK_MS = 100;

/** What somebody was turned away from. */
export interface TurnedAway {
  readonly key: string;
  readonly path: string;
  /** The same request would be let in with fewer waiting. */
  readonly places: number;
  /** The file, where another process had it. */
  readonly elsewhere: SessionFile | undefined;
}

/**
 * True once nobody has the file, or fewer than `places` wait for it: then the same request would
 * not be turned away any more. Whoever asks next may still be earlier.
 */
export async function whenFree(
  table: OwnerTable,
  from: TurnedAway,
  options: WaitOptions = {},
): Promise<boolean> {
  checkWait(options);
  if (from.elsewhere === undefined && isFreeHere(table, from)) return true;
  if (from.elsewhere === undefined && options.waitMs === 0) return false;
  const holder = (): RunRecord[] => {
    const owner = table.state.queueOf(from.key)?.owner;
    return owner ? [owner] : [];
  };
  const isLook = from.elsewhere !== undefined && options.waitMs === 0;
  const limits = isLook ? { ...options, waitMs: PROBE_MS } : options;
  return await wait(table, limits, `${from.path} to be free`, holder, (tell, giveUp) =>
    from.elsewhere === undefined
      ? listen(table, from, tell)
      : look(table, from, tell, isLook ? giveUp : undefined),
  );
}

function isFreeHere({ state }: OwnerTable, { key, places }: TurnedAway): boolean {
  const queue = state.queueOf(key);
  if (queue === undefined || queue.waiting < places) return true;
  // Without a lease, and without a wish for one, this thread is in nobody's way.
  return queue.owner === undefined && (queue.mayGrant || queue.lease?.wish === undefined);
}

async function isFreeEverywhere(table: OwnerTable, from: TurnedAway): Promise<boolean> {
  const { provider } = table.leasing.source;
  if (!isFreeHere(table, from) || provider === undefined || from.elsewhere === undefined)
    return false;
  return (await provider.inspect(from.elsewhere)) === undefined;
}

/** Called when the file passes on in this thread. */
function listen(table: OwnerTable, from: TurnedAway, tell: () => void): () => void {
  let queue: FileQueue | undefined;
  const stop = (): void => {
    queue?.freeListeners?.delete(again);
  };
  // Somebody may have taken the file anew before this is told: then it is another queue.
  const again = (): void => {
    if (isFreeHere(table, from)) {
      tell();
      return;
    }
    stop();
    queue = table.state.queueOf(from.key);
    if (queue) (queue.freeListeners ??= new Set()).add(again);
  };
  again();
  return stop;
}

/**
 * No other process says when it gives a file back to somebody who does not wait for it.
 *
 * @param giveUp called where the first look shows that it is not free, if one look is all
 */
function look(
  table: OwnerTable,
  from: TurnedAway,
  tell: () => void,
  giveUp: (() => void) | undefined,
): () => void {
  let isLooking = false;
  const once = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      if (await isFreeEverywhere(table, from)) tell();
      else giveUp?.();
    } catch {
      // Whether it is free cannot be told now; the next look may.
      giveUp?.();
    }
    isLooking = false;
  };
  const timer = setInterval(() => void once(), LOOK_MS);
  void once();
  return () => {
    clearInterval(timer);
  };
}
