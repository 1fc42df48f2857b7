import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from './fleet.js';
import { Journal, nowNs } from './journal.js';
import { type Place, type StormFile, stormJournal } from './place.js';
import type { Random } from './random.js';
import type { Settings } from './settings.js';

/** At most one in so many processes stands still at a time. */
const STOPPED_AT_ONCE = 3;
const YEAR_MS = 365 * 24 * 3_600_000;

/** What happens to the processes of a storm, and to their locks. */
export class Chaos {
  readonly #fleet: Fleet;
  readonly #place: Place;
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #journal: Journal;
  readonly #stopped = new Map<number, NodeJS.Timeout>();

  constructor(fleet: Fleet, place: Place, settings: Settings, random: Random) {
    this.#fleet = fleet;
    this.#place = place;
    this.#settings = settings;
    this.#random = random;
    this.#journal = new Journal(stormJournal(place.root));
  }

  /** Something bad, to somebody. */
  act(): void {
    const pid = this.#victim();
    const kind = this.#random.between(1, 20);
    if (kind <= 3) this.#stepClock();
    else if (pid === undefined) return;
    else if (kind <= 9) this.kill(pid);
    else if (kind <= 13) this.#block(pid);
    else if (kind <= 15) this.#fleet.tell(pid, { order: 'end-worker' });
    else this.#stop(pid);
  }

  kill(pid: number): void {
    const from = nowNs();
    if (!this.#fleet.kill(pid)) return;
    this.#journal.write('kill', { pid, thread: 0, from });
    clearTimeout(this.#stopped.get(pid));
    this.#stopped.delete(pid);
  }

  /** Everybody may go on. */
  calm(): void {
    for (const pid of this.#stopped.keys()) this.#continue(pid);
  }

  /** Mostly whoever has one of the files: the others only wait. */
  #victim(): number | undefined {
    const pids = this.#fleet.pids;
    if (pids.length === 0) return undefined;
    const holder = this.#random.isOneIn(4)
      ? undefined
      : holderOf(this.#random.oneOf(this.#place.files));
    return holder !== undefined && pids.includes(holder) ? holder : this.#random.oneOf(pids);
  }

  #stop(pid: number): void {
    if (this.#stopped.has(pid)) return;
    if (this.#stopped.size * STOPPED_AT_ONCE >= this.#fleet.pids.length) return;
    const { expireMs } = this.#settings;
    const isLong = this.#random.next() < 0.4;
    const forMs = this.#random.between(5, isLong ? expireMs * 1.8 : 500);
    const from = nowNs();
    if (!send(pid, 'SIGSTOP')) return;
    this.#journal.write('stop', { pid, thread: 0, from, said: `${forMs} ms` });
    this.#stopped.set(
      pid,
      setTimeout(() => {
        this.#continue(pid);
      }, forMs),
    );
  }

  #block(pid: number): void {
    const forMs = this.#random.between(50, this.#settings.expireMs * 1.6);
    this.#fleet.tell(pid, { order: 'block', forMs });
  }

  #continue(pid: number): void {
    clearTimeout(this.#stopped.get(pid));
    this.#stopped.delete(pid);
    const from = nowNs();
    if (send(pid, 'SIGCONT')) this.#journal.write('continue', { pid, thread: 0, from });
  }

  /** The last claim seems to be touched in the past, or in the future. */
  #stepClock(): void {
    const { lockFolder } = this.#random.oneOf(this.#place.files);
    const claim = lastClaim(lockFolder);
    const byMs = this.#random.oneOf([-1, 1]) * this.#random.next() * YEAR_MS;
    const at = new Date(Date.now() + byMs);
    try {
      utimesSync(join(lockFolder, String(claim)), at, at);
      this.#journal.write('step', { token: claim, said: `${Math.round(byMs)} ms` });
    } catch {
      // It was given back in this moment.
    }
  }
}

function holderOf({ lockFolder }: StormFile): number | undefined {
  try {
    const text = readFileSync(join(lockFolder, String(lastClaim(lockFolder))), 'utf8');
    return (JSON.parse(text) as { process: { pid: number } }).process.pid;
  } catch {
    return undefined;
  }
}

function lastClaim(lockFolder: string): string | undefined {
  try {
    const claims = readdirSync(lockFolder).filter((name) => /^\d+$/.test(name));
    return claims.sort((one, other) => Number(one) - Number(other)).at(-1);
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
