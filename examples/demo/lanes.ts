/** Who comes to the transcript: under which name, by which path, how often. */
import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RunKind } from 'penholder';

import type { Lane } from './stage.js';

type Play = Lane['play'];

const KINDS = new Map<string, RunKind>([
  ['chat', 'person'],
  ['child', 'child'],
  ['cron', 'cron'],
  ['heartbeat', 'heartbeat'],
]);

/** A lane whose session key tells its kind; every other key is maintenance. */
export function lane(sessionKey: string, sessionFile: string, play: Play): Lane {
  const [prefix = ''] = sessionKey.split(':');
  const kind = KINDS.get(prefix) ?? 'maintenance';
  return { label: sessionKey, sessionKey, kind, sessionFile, play };
}

/** Three turns with a breath after each; the second one needs a tool. */
export function talk(
  startMs: number,
  breathMs: number,
): (stage: { ask(message: { lookUp: boolean }): Promise<unknown> }) => Promise<void> {
  return async (stage) => {
    await sleep(startMs);
    for (const lookUp of [false, true, false]) {
      await stage.ask({ lookUp });
      await sleep(breathMs);
    }
  };
}

/** Four lanes as a gateway has them, all with the same spelling of the path. */
export function fourLanes(file: string): Lane[] {
  return [
    lane('chat:alice', file, talk(0, 30)),
    lane('heartbeat', file, talk(10, 50)),
    lane('cron:nightly', file, talk(25, 40)),
    lane('child:report', file, talk(40, 60)),
  ];
}

/** Who had the turns that are in the file before a situation begins: none that is counted later. */
export const EARLIER = 'chat:earlier';

/** A symlinked folder, a relative path and a hard link to one file. */
function spellingsOf(file: string): readonly (readonly [string, string])[] {
  const folder = dirname(file);
  const linked = `${folder} linked`;
  symlinkSync(folder, linked, 'junction');
  const twins = `${folder} twins`;
  mkdirSync(twins);
  const twin = join(twins, 'twin.jsonl');
  linkSync(file, twin);
  return [
    ['direct', file],
    ['symlink', join(linked, basename(file))],
    ['relative', relative(process.cwd(), file)],
    ['hard link', twin],
  ];
}

/** The four lanes again, each with a path of its own to the one file. */
export function fourSpellings(file: string): Lane[] {
  const spellings = spellingsOf(file);
  return fourLanes(file).map((lane, index) => {
    const [how, sessionFile] = spellings[index] ?? ['direct', file];
    return { ...lane, label: `${lane.label} ${how}`, sessionFile };
  });
}

/** As many turns as asked for, one after the other: what the agent does when nobody disturbs it. */
export function oneLane(file: string, turns: number, sessionKey = 'chat:alice'): Lane[] {
  const alone: Play = async (stage) => {
    for (let turn = 0; turn < turns; turn += 1) await stage.ask({ lookUp: turn % 3 === 1 });
  };
  return [lane(sessionKey, file, alone)];
}
