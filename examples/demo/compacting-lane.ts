/** A compaction in the middle of a turn: what tools brought is cut down, the file is rewritten. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { FileEntry } from '@mariozechner/pi-coding-agent';

import { lane, talk } from './lanes.js';
import type { Remark } from './remarks.js';
import type { Lane, LaneStage, Outcome } from './stage.js';

/** Summaries are model calls. */
const SUMMARY_MS = 100;

function shorten(line: string): string {
  if (line === '') return line;
  const entry = JSON.parse(line) as FileEntry;
  if (entry.type !== 'message' || entry.message.role !== 'toolResult') return line;
  const content = [{ type: 'text', text: '...' }];
  return JSON.stringify({ ...entry, message: { ...entry.message, content } });
}

async function compact(content: Buffer): Promise<string> {
  await sleep(SUMMARY_MS);
  return content.toString('utf8').split('\n').map(shorten).join('\n');
}

/** A look-up, the compaction, and the rest of its work, all in one turn. */
async function compactOnce(stage: LaneStage): Promise<void> {
  await sleep(70);
  await stage.takeTurn(async (say, turn) => {
    await say({ lookUp: true });
    await turn.compact(async (before) => {
      const after = await compact(before);
      stage.note(`from ${before.length} to ${after.length} bytes`);
      return after;
    });
    stage.mark('r');
    await say();
  });
}

export function oneCompacts(file: string): Lane[] {
  return [
    lane('chat:alice', file, talk(0, 30)),
    lane('heartbeat', file, talk(10, 50)),
    lane('cron:nightly', file, talk(25, 40)),
    lane('cron:compact', file, compactOnce),
  ];
}

export function afterTheCompaction(guarded: Outcome, without: Outcome): Remark[] {
  const { notes, tally } = guarded;
  const { sent, onDisk } = without.facts;
  return [
    {
      text: `cron:compact rewrote the file ${notes.join()} between two prompts: no false alarm`,
      holds: notes.length === 1 && tally.takeovers === 0,
    },
    {
      text: `without Penholder the rewrite threw ${sent - onDisk} of ${sent} turns off the disk`,
      holds: true,
    },
  ];
}
