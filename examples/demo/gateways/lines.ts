/** What the situations with processes came to, for the last line. */
import type { Scene } from '../scenes.js';
import type { Situation } from '../situations.js';
import type { Outcome } from '../stage.js';

type Figure = 'sent' | 'reached' | 'forks';

/** Of all rounds together. */
function figures(outcomes: readonly Outcome[]): Record<Figure, number> {
  const sum = (figure: Figure): number =>
    outcomes.reduce((total, { facts }) => total + facts[figure], 0);
  return { sent: sum('sent'), reached: sum('reached'), forks: sum('forks') };
}

/** Each time, a value for each round. */
function timesIn(
  situation: Extract<Situation, { gateways: unknown }>,
  guarded: readonly Outcome[],
): Record<string, number[]> {
  const rounds = guarded.map((outcome) => situation.times?.(outcome) ?? {});
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, rounds.map((times) => times[name] ?? Number.NaN)]),
  );
}

function lineOf(situation: Situation, scenes: readonly Scene[]): object | undefined {
  // Where it was played more than once: one round that is not as it must be, or else the last one.
  const telling = scenes.find(({ problems }) => problems.length > 0) ?? scenes.at(-1);
  if (!telling || !('gateways' in situation)) return undefined;
  const guarded = scenes.map((scene) => scene.guarded);
  const without = scenes.map((scene) => scene.without);
  return {
    ...{ with: figures(guarded), without: figures(without) },
    ...situation.line(telling.guarded),
    ...timesIn(situation, guarded),
  };
}

/** Under `processes`, by the name of the situation; nothing where none was played. */
export function linesOf(scenes: readonly Scene[]): { processes?: Record<string, object> } {
  const processes: Record<string, object> = {};
  for (const situation of new Set(scenes.map((scene) => scene.situation))) {
    const line = lineOf(
      situation,
      scenes.filter((scene) => scene.situation === situation),
    );
    if (line) processes[situation.name] = line;
  }
  return Object.keys(processes).length > 0 ? { processes } : {};
}
