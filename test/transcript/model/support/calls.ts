import { SessionError } from '../../../../src/index.js';
import type { Section } from '../../../../src/ownership/file/section.js';
import type { Lane } from './lane.js';
import type { Deed } from './replay.js';
import type { Scene } from './scene.js';
import type { Asking } from './watch-gates.js';

/** What a call may come to although its run is well; everything else is a fault. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  guest: /WAIT_TIMEOUT|WAIT_ABORTED|DEADLOCK|RUN_INTERRUPTED|RUN_ENDED|RUN_REVOKED/,
  rotate: /WAIT_TIMEOUT|ROTATE_REFUSED/,
  maintain: /RUN_INTERRUPTED|DEADLOCK/,
  prompt: /DEADLOCK/,
  park: /WAIT_TIMEOUT|DEADLOCK/,
  join: /./,
};
const ALWAYS = /^boom$|TORN_TAIL|WAIT_TIMEOUT|DEADLOCK/;
const UNWELL = /RUN_ENDED|RUN_REVOKED|NOT_OWNER|RUN_INTERRUPTED/;

export interface Pending {
  readonly what: string;
  isSettled: boolean;
}

export const pending = new WeakMap<Scene, Set<Pending>>();

/**
 * Makes a call, keeps what it has done for the replay, and looks whether its refusal was right. The
 * deed is given, or is what the call resolves with.
 */
export function track(
  scene: Scene,
  lane: Lane | undefined,
  name: string,
  given: Deed | undefined,
  call: () => Promise<unknown>,
  into?: Section,
): Promise<unknown> {
  const order = scene.nextOrder();
  const what = `${name} ${order}${lane ? ` of ${lane.id}` : ''}`;
  const around = into ?? scene.ambientSection;
  const asking: Asking = { section: into };
  const generation = lane?.isHealthy === true ? lane.record?.generation : undefined;
  const entry: Pending = { what, isSettled: false };
  const all = pending.get(scene) ?? new Set();
  pending.set(scene, all);
  all.add(entry);
  const answer = scene.asking(asking, call);
  if (asking.section === undefined && around?.gate.queue === lane?.record?.queue) {
    asking.section = around;
  }
  const host = asking.section?.gate.queue.owner;
  const isGuest = given?.type === 'append' && given.guest !== undefined;
  const note = (deed: Deed): void => {
    const { section } = asking;
    const opening = section && scene.watch.of(section);
    // A guest goes on with the file as it is, also inside a section of the owner.
    if (section && !isGuest)
      scene.foreign?.checkDeed(section, what, name === 'rewrite' ? Infinity : order);
    // What a rewrite does comes after all that was done inside it.
    const place = name === 'rewrite' ? scene.nextOrder() : order;
    if (opening) scene.replay.note(opening.number, place, opening.path, what, deed);
    else scene.faults.push(`${what} did ${deed.type} in no section`);
  };
  return answer.then(
    (value) => {
      all.delete(entry);
      const deed = given ?? (isDeed(value) ? value : undefined);
      if (deed) note(deed);
      if (name === 'append' && asking.section)
        scene.foreign?.noteAppend(asking.section, host, isGuest);
      return value;
    },
    (error: unknown) => {
      all.delete(entry);
      const code = SessionError.is(error) ? error.code : (error as Error).message;
      if (/append|rewrite/.test(name) && asking.section && /TORN|TAKEOVER/.test(code)) {
        scene.foreign?.noteAppend(asking.section, host, isGuest);
      }
      if (code === 'ERR_SESSION_TORN_TAIL' && asking.section) note({ type: 'refused as torn' });
      const isWell = lane?.isHealthy === true && lane.record?.generation === generation;
      const record = asking.section?.record ?? lane?.record;
      const target = scene.foreign?.target;
      const isTaken = code === 'ERR_SESSION_TAKEOVER' && target && (record ?? target) === target;
      const isAllowed =
        ALWAYS.test(code) ||
        isTaken === true ||
        ALLOWED[name]?.test(code) === true ||
        (!isWell && UNWELL.test(code));
      if (!isAllowed) scene.faults.push(`${what} was refused: ${String(error)}`);
      throw error;
    },
  );
}

function isDeed(value: unknown): value is Deed {
  return typeof value === 'object' && value !== null && 'type' in value;
}
