import { removeLock } from '../../../../../src/leases/lock-file/clear.js';
import { Ledger } from '../../../../../src/leases/lock-file/ledger.js';
import { lookAt } from '../../../../../src/leases/lock-file/look.js';
import { encodeRecord } from '../../../../../src/leases/lock-file/record.js';
import { beOn, verdictOn } from './judged.js';
import { holderOf } from '../../support/records.js';
import { type Advanced, advance, type HowToStep, type Task, tell } from './stepper.js';
import type { MemoryDisk } from '../../support/memory-disk.js';

/** `acquire` is one attempt; `doctor` removes the folder where nobody has the file. */
export type Deed = 'acquire' | 'release' | 'update' | 'doctor';

export interface Contender {
  readonly id: string;
  readonly deeds: readonly Deed[];
  readonly at: number;
  readonly task: Task;
  /** What it believed to hold when its deed began. */
  readonly held?: bigint | undefined;
  /** What it believes to hold, until it looks. */
  readonly belief?: bigint | undefined;
  /** Its claim could have been followed: it stood still while it had one. */
  readonly wasSilent: boolean;
  readonly isSuspended: boolean;
  readonly isDead: boolean;
}

export const FOLDER = '/s/a.jsonl.lock';

export interface World {
  readonly disk: MemoryDisk;
  readonly contenders: readonly Contender[];
}

export function contender(id: string, deeds: readonly Deed[]): Contender {
  const task = { id: `${id}0`, answers: [] };
  return { id, deeds, at: 0, task, wasSilent: false, isSuspended: false, isDead: false };
}

/** The next call of one contender. Undefined where it has nothing to do, or the call does not fit. */
export function step(
  world: World,
  index: number,
  how: Omit<HowToStep, 'disk'>,
): { world: World; call: string } | undefined {
  const before = world.contenders[index] as Contender;
  const deed = before.deeds[before.at];
  if (deed === undefined || before.isSuspended || before.isDead) return undefined;
  const disk = world.disk.clone();
  const told: { belief?: bigint | undefined } = { belief: before.belief };
  beOn(before.id, world.contenders);
  const advanced = advance(before.task, () => perform(before, deed, told), { ...how, disk });
  if (advanced === undefined) return undefined;
  const after = afterStep(before, advanced, told.belief);
  const contenders = world.contenders.with(index, after);
  return { world: { ...world, disk, contenders }, call: `${before.id} ${deed}: ${advanced.call}` };
}

function afterStep(before: Contender, advanced: Advanced, belief: bigint | undefined): Contender {
  const at = advanced.isDone ? before.at + 1 : before.at;
  const task = advanced.isDone ? { id: `${before.id}${at}`, answers: [] } : advanced.task;
  const held = advanced.isDone ? belief : before.held;
  const isFirst = before.task.answers.length === 0 && before.belief === undefined;
  return { ...before, at, task, held, belief, wasSilent: before.wasSilent && !isFirst };
}

function perform(who: Contender, deed: Deed, told: { belief?: bigint | undefined }): void {
  const ledger = new Ledger(FOLDER);
  try {
    if (deed === 'acquire') acquire(who, ledger, told);
    else if (deed === 'doctor') removeLock(ledger, () => true);
    else if (who.held !== undefined) use(who.held, deed, ledger, told);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function acquire(who: Contender, ledger: Ledger, told: { belief?: bigint | undefined }): void {
  if (who.held !== undefined) return;
  const look = lookAt(ledger);
  if (look.state === 'taken' && look.judgement.liveness !== 'dead') {
    const holder = look.holder?.instanceId;
    if (tell(() => verdictOn(holder)) !== 'silent') return;
  }
  const number = ledger.follow(look.sight, encodeRecord(holderOf(who.id)));
  tell(() => {
    told.belief = number;
  });
}

function use(
  number: bigint,
  deed: Deed,
  ledger: Ledger,
  told: { belief?: bigint | undefined },
): void {
  if (deed === 'update') {
    ledger.describe(number, 'later');
    return;
  }
  tell(() => {
    told.belief = undefined;
  });
  ledger.free(number);
}
