/** What the agent of a gateway writes through: tells what happens, and can stand still. */
import type { Run } from 'penholder';

import type { Pen } from '../session-manager.js';

export interface PenWatch {
  /** Right before the agent writes, at a moment at which the process may be paused. */
  readonly onWrite: () => void;
  /** What it wanted to write did not reach the file. */
  readonly onRefused: (error: unknown) => void;
}

/** Without a transcript, as the agent does it by itself: straight into the file. */
export function watchedPen(
  sessionFile: string,
  transcript: Run['transcript'] | undefined,
  { onWrite, onRefused }: PenWatch,
): Pen {
  return {
    takeGuestWrites: () => transcript?.takeGuestWrites() ?? [],
    writeSync: (section) => {
      onWrite();
      if (!transcript) return section(sessionFile);
      try {
        return transcript.writeSync(section);
      } catch (error) {
        onRefused(error);
        throw error;
      }
    },
  };
}
