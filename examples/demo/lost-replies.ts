/** Replies that a takeover kept from the file: finished, paid for, and wanted by somebody. */
import type { Run } from 'penholder';

import { entryBehindLast } from './session-manager.js';
import type { Restored } from './variants.js';

export interface LostReplies {
  /** For `rescue`. */
  keep(reply: unknown): void;
  /** At the beginning of a turn: where a takeover ended the one before, its reply comes first. */
  putBack(run: Run, by: string): Promise<void>;
  readonly restored: readonly Restored[];
}

export function createLostReplies(): LostReplies {
  const kept: string[] = [];
  const restored: Restored[] = [];
  return {
    restored,
    keep: (reply) => {
      kept.push(String(reply));
    },
    putBack: async ({ previous, transcript }, by) => {
      if (previous?.end !== 'takeover') return;
      for (const reply of kept.splice(0)) {
        await transcript.append(entryBehindLast(transcript.path, reply, 'rescued'));
        restored.push({ reply, by, previous });
      }
    },
  };
}
