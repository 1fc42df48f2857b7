import { appendFileSync, writeFileSync } from 'node:fs';
import type { GuestTranscript, Run } from '../../../../src/index.js';
import type { Section } from '../../../../src/ownership/file/section.js';
import { track } from './calls.js';
import type { Lane } from './lane.js';
import type { Body } from './plan.js';
import type { Deed } from './replay.js';
import { contentOf, type Scene } from './scene.js';

export type { Body } from './plan.js';
export const BOOM = new Error('boom');

/** Where a body runs, and what it may use there. */
export interface Place {
  readonly lane?: Lane | undefined;
  /** The handle that it uses, where that is not the lane's own. */
  readonly run?: Run | undefined;
  /** Set in a section that wraps foreign code. */
  readonly path?: string | undefined;
  /** Set where it writes into a section that is given to it. */
  readonly into?: GuestTranscript | undefined;
  readonly section?: Section | undefined;
  /** The label of a guest. */
  readonly label?: string | undefined;
  readonly file: string;
}

/** Does what the body says, one after another; what is refused is refused, and it goes on. */
export async function perform(scene: Scene, body: Body, place: Place): Promise<void> {
  for (const act of body) {
    if (act === 'boom') throw BOOM;
    if (act === 'tick') for (let tick = 0; tick < 3; tick += 1) await Promise.resolve();
    else if (act === 'turn') await new Promise<void>((resolve) => void realImmediate(resolve));
    else if (act === 'hold') await scene.hold();
    else if (act === 'release') place.lane?.finish();
    else if (act === 'append') await append(scene, place).catch(ignore);
    else if (act === 'read') await read(scene, place).catch(ignore);
    else if (act === 'rewrite') await rewrite(scene, place).catch(ignore);
    else if (act === 'guest') await guest(scene, ['append'], place, 'nested').catch(ignore);
    else performNow(scene, [act], place);
  }
}

const realImmediate = setImmediate;

/** The part of it that needs no waiting, for synchronous sections. */
function performNow(scene: Scene, body: Body, place: Place): void {
  for (const act of body) {
    if (act === 'boom') throw BOOM;
    if (act === 'sync') sync(scene, ['direct'], place);
    if (act === 'direct') direct(scene, place, `${JSON.stringify(scene.newRecord())}\n`);
    if (act === 'open end') direct(scene, place, JSON.stringify(scene.newRecord()));
    if (act === 'tear') direct(scene, place, `{"torn":${scene.newRecord().n}`);
    if (act === 'overwrite') direct(scene, place, undefined);
  }
}

function ignore(): void {
  // The outcome was looked at where the call was made.
}

/** Code with the path writes by itself, as long as its section is open; undefined: all anew. */
function direct(scene: Scene, { path, section }: Place, text: string | undefined): void {
  if (path === undefined || section?.isOpen !== true) return;
  const opening = scene.watch.of(section);
  const all = `${JSON.stringify(scene.newRecord())}\n`;
  if (text === undefined) writeFileSync(path, all);
  else appendFileSync(path, text);
  const deed: Deed =
    text === undefined ? { type: 'replace', seen: undefined, text: all } : { type: 'direct', text };
  scene.replay.note(opening?.number ?? 0, scene.nextOrder(), path, 'direct', deed);
}

export function append(scene: Scene, place: Place, records = 1): Promise<unknown> {
  const all = Array.from({ length: records }, () => scene.newRecord());
  const lines = all.map((record) => `${JSON.stringify(record)}\n`).join('');
  const { into, label, section, run = place.lane?.handle } = place;
  const owner = section?.gate.queue.owner;
  const guest = label === undefined ? undefined : { label, owner };
  const call = (): Promise<void> => (into ?? run?.transcript)?.append(...all) ?? Promise.resolve();
  const known = into === undefined ? undefined : section;
  return track(scene, place.lane, 'append', { type: 'append', lines, guest }, call, known);
}

export function appendLines(scene: Scene, { lane }: Place): Promise<unknown> {
  const all = [scene.newRecord(), scene.newRecord()].map((record) => JSON.stringify(record));
  const lines = all.map((line) => `${line}\n`).join('');
  const call = async (): Promise<void> => await lane?.handle?.transcript.appendLines(...all);
  return track(scene, lane, 'appendLines', { type: 'append', lines, guest: undefined }, call);
}

export function read(scene: Scene, { lane, run = lane?.handle }: Place): Promise<unknown> {
  const call = async (): Promise<Deed> => {
    const bytes = await run?.transcript.read();
    return { type: 'read', seen: String(bytes) };
  };
  return track(scene, lane, 'read', undefined, call);
}

export function dropTornTail(scene: Scene, { lane }: Place): Promise<unknown> {
  const call = async (): Promise<Deed> => {
    const bytes = await lane?.handle?.transcript.dropTornTail();
    return { type: 'cut', seen: String(bytes) };
  };
  return track(scene, lane, 'dropTornTail', undefined, call);
}

/** A compaction: one line that stands for the others, and the last ones. */
export function rewrite(
  scene: Scene,
  { lane, run, file }: Place,
  body: Body = [],
): Promise<unknown> {
  const handle = run ?? lane?.handle;
  const call = async (): Promise<Deed> => {
    let deed: Deed = { type: 'read', seen: '' };
    await handle?.transcript.rewrite(async (current) => {
      await perform(scene, body, { lane, file });
      const seen = String(current);
      const lines = seen.split('\n').slice(-4).join('\n');
      deed = { type: 'replace', seen, text: `${JSON.stringify(scene.newRecord())}\n${lines}` };
      return deed.text;
    });
    return deed;
  };
  return track(scene, lane, 'rewrite', undefined, call);
}

/** Wraps code that writes by itself, at one go. */
export function sync(scene: Scene, body: Body, { lane, file }: Place): void {
  const looked = (): void => {
    if (lane?.record) scene.foreign?.noteLook(lane.record);
  };
  try {
    lane?.handle?.transcript.writeSync((path) => {
      looked();
      performNow(scene, body, { lane, file, path, section: scene.ambientSection });
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SESSION_TAKEOVER') looked();
    if (lane) scene.faults.push(...badRefusal(lane, error));
  }
}

function badRefusal(lane: Lane, error: unknown): string[] {
  const { code } = error as { code?: string };
  const isRefused = /GATE_BUSY|RUN_ENDED|RUN_REVOKED|NOT_OWNER|DEADLOCK|TAKEOVER/.test(
    String(code),
  );
  return error === BOOM || isRefused ? [] : [`writeSync of ${lane.id}: ${String(error)}`];
}

/** A guest of this file, by one of its names. */
export function guest(
  scene: Scene,
  body: Body,
  { file }: Place,
  label: string,
  options: object = {},
): Promise<unknown> {
  const call = (): Promise<void> =>
    scene.sessions.write(
      file,
      async (into) => {
        const section = scene.ambientSection;
        await perform(scene, body, { into, section, label, file });
      },
      { label, ...options },
    );
  return track(scene, undefined, 'guest', undefined, call);
}

/** A reader that knows nothing of the gate sees whole lines, but for what callers have torn. */
export function look(scene: Scene, file: string): void {
  if (scene.foreign?.isDone === true) return;
  const lines = contentOf(file).split('\n');
  for (const line of lines.slice(0, -1)) {
    if (!isWhole(line)) scene.faults.push(`a reader saw the line ${JSON.stringify(line)}`);
  }
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return /^\{"torn":\d+/.test(line) || line.includes('}{');
  }
}
