import { threadId } from 'node:worker_threads';
import { createCoordinator } from '../../../src/coordinator.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { Journal } from '../journal.js';
import { sessionFiles, stormJournal } from '../place.js';
import { Random } from '../random.js';
import type { Settings } from '../settings.js';
import { turnThroughCoordinator } from './through-coordinator.js';
import { turnThroughProvider } from './through-provider.js';
import { type Fate, type Lane, sleep } from './turn.js';
import { codeOf, WatchedLeases } from './watched-leases.js';

/** The lanes of this thread: each takes one turn after the other, on any file, under any name. */
export interface Lanes {
  readonly fate: Fate;
  /** Resolves when each has ended its turn, and nothing of them is left. */
  stop(): Promise<void>;
}

export function startLanes(settings: Settings, seed: number, askForEnd: () => void): Lanes {
  const { root, heartbeatMs, expireMs } = settings;
  const leases = new WatchedLeases(lockFileLeases({ heartbeatMs, expireMs }), root);
  const storm = new Journal(stormJournal(root));
  const files = sessionFiles(root, settings.files);
  const takeTurn = through(settings, leases);
  const state = { isOver: false };
  const fate: Fate = { blockMs: 0, isEnding: false, askForEnd };
  const work = async (lane: Lane): Promise<void> => {
    while (!state.isOver) {
      const file = lane.random.oneOf(files);
      try {
        await takeTurn.turn(lane.random.oneOf(file.aliases), lane);
      } catch (error) {
        storm.write('trouble', { said: codeOf(error), lane: lane.name, id: file.name });
      }
      await sleep(lane.random.between(0, 10));
    }
  };
  const working = Array.from({ length: settings.lanes }, (_, index) =>
    work({
      ...{ name: `lane-${index}`, settings, fate },
      random: new Random(seed + 1_000 * threadId + index),
    }),
  );
  return {
    fate,
    async stop() {
      state.isOver = true;
      await Promise.all(working);
      await takeTurn.close();
    },
  };
}

interface Turns {
  turn(alias: string, lane: Lane): Promise<void>;
  close(): Promise<void>;
}

function through({ through }: Settings, leases: WatchedLeases): Turns {
  if (through === 'provider') {
    return {
      turn: (alias, lane) => turnThroughProvider(leases, alias, lane),
      close: () => leases.close(),
    };
  }
  const sessions = createCoordinator({ leases });
  return {
    turn: (alias, lane) => turnThroughCoordinator(sessions, leases, alias, lane),
    close: async () => {
      await sessions.close();
      await leases.close();
    },
  };
}
