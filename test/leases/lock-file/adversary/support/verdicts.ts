import { Ledger } from '../../../../../src/leases/lock-file/ledger.js';
import type { State } from './scenario.js';
import { atOnce } from './stepper.js';
import { type Contender, FOLDER, type World } from './world.js';

export function holdersOf({ disk, contenders }: World): Contender[] {
  return contenders.filter(
    ({ isDead, belief }) =>
      !isDead && belief !== undefined && atOnce(disk, () => new Ledger(FOLDER).isHeld(belief)),
  );
}

/** What must not be, in any state. */
export function wrongNow({ world, top }: State): string | undefined {
  const holders = holdersOf(world);
  if (holders.length > 1) return 'two holders';
  const [holder] = holders;
  if (holder?.belief !== undefined && holder.belief < top.token) return 'a token that is lower';
  if (holder?.belief === top.token && holder.id !== top.id) return 'a token twice';
  const deposed = world.contenders.find(
    (who) => who.belief !== undefined && !who.isDead && !who.wasSilent && !holders.includes(who),
  );
  return deposed === undefined ? undefined : 'a living holder lost the file';
}

/** What must not be once all is over: then everybody is gone, and one more comes. */
export function wrongAtEnd({ world, top }: State): string | undefined {
  const disk = world.disk.clone();
  const ledger = new Ledger(FOLDER);
  const token = atOnce(disk, () => ledger.follow(ledger.look(), 'next'));
  if (token === undefined) return 'a file that nobody can have';
  return token > top.token ? undefined : 'a next token that is not higher';
}
