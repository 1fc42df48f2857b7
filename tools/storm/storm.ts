import { rm } from 'node:fs/promises';
import { bundle } from '../bundle.js';
import { type Report, reportOf } from './report.js';
import { runRound, type RoundFacts } from './round.js';
import type { Through } from './settings.js';

export interface StormOptions {
  readonly seconds: number;
  readonly processes: number;
  readonly files: number;
  readonly seed: number;
  readonly through: Through;
  readonly onRound?: (round: RoundFacts) => void;
}

/** Every process of it. */
const CHILD = new URL('child/main.ts', import.meta.url);
/** Longer storms begin anew after so long, with the next seed: what went wrong is told early. */
const ROUND_SECONDS = 60;

export async function runStorm(options: StormOptions): Promise<Report> {
  const { seconds, processes, files, seed, through, onRound } = options;
  const { script, folder } = await bundle(CHILD);
  const rounds: RoundFacts[] = [];
  try {
    const count = Math.max(1, Math.round(seconds / ROUND_SECONDS));
    for (let index = 0; index < count; index += 1) {
      const round = await runRound({
        ...{ script, processes, files, through, seed: seed + index },
        ...{ heartbeatMs: 1_000, expireMs: 3_000, lanes: 2, waitMs: 20_000 },
        forMs: (seconds * 1_000) / count,
      });
      rounds.push(round);
      onRound?.(round);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return reportOf(rounds);
}
