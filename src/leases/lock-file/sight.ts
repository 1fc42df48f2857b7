/** The last claim on a session file, as a look at the folder shows it. */
export interface Claim {
  readonly number: bigint;
  /** Given back by whoever held it. */
  readonly isFree: boolean;
}

/** What is in the folder of a lock: claims, and what those left who want one. */
export interface Sight {
  readonly last: Claim | undefined;
  /** Every claim that was not given back. */
  readonly taken: ReadonlySet<bigint>;
  /** The marks of those who wait. */
  readonly waiting: readonly string[];
  /** What somebody is about to publish, or died over. */
  readonly prepared: readonly string[];
  /** The last claim was given back for a run that had died. */
  readonly hasDied: boolean;
  /** A folder in which nothing is ours: the lock of another program. */
  readonly isForeign: boolean;
}

const NONE: readonly string[] = [];
const CLAIM = /^([1-9]\d{0,23})(\.free)?$/;
const OF_CLAIM = /^([1-9]\d{0,23})(\.free|\.who|\.died)?$/;
const WAITING = /^wait-/;
const PREPARED = /^new-/;

const OWN =
  /^(?:epoch|[1-9]\d{0,23}(?:\.free|\.who|\.died)?|(?:wait|new)-\d+-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** Whether this package gives such names to what it puts into the folder of a lock. */
export function isOwnName(name: string): boolean {
  return OWN.test(name);
}

/** A mark of somebody who waits, or a claim in the making: neither tells who has the file. */
export function isMark(name: string): boolean {
  return WAITING.test(name) || PREPARED.test(name);
}

/**
 * Names that mean nothing are passed over: they are in nobody's way.
 *
 * @param names undefined where there is no folder
 */
export function sightOf(names: readonly string[] = NONE): Sight {
  let last: Claim | undefined;
  const taken = new Set<bigint>();
  const waiting: string[] = [];
  const prepared: string[] = [];
  for (const name of names) {
    const claim = claimOf(name);
    if (WAITING.test(name)) waiting.push(name);
    else if (PREPARED.test(name)) prepared.push(name);
    if (claim === undefined) continue;
    if (!claim.isFree) taken.add(claim.number);
    if (last === undefined || outranks(claim, last)) last = claim;
  }
  const hasDied = last !== undefined && names.includes(`${last.number}.died`);
  const isForeign = names !== NONE && !names.some(isOwnName);
  return { last, taken, waiting, prepared, hasDied, isForeign };
}

/** The claim that a file belongs to; undefined where it belongs to none. */
export function numberOf(name: string): bigint | undefined {
  const digits = OF_CLAIM.exec(name)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

function claimOf(name: string): Claim | undefined {
  const match = CLAIM.exec(name);
  if (match?.[1] === undefined) return undefined;
  return { number: BigInt(match[1]), isFree: match[2] !== undefined };
}

/** The higher number; that it was given back outranks that it was taken. */
function outranks(one: Claim, other: Claim): boolean {
  if (one.number !== other.number) return one.number > other.number;
  return one.isFree;
}

/** Somebody claimed in a folder that was made anew after it was looked at. */
export function hasStranger(now: Sight, before: Sight, own: bigint): boolean {
  for (const number of now.taken) if (number !== own && !before.taken.has(number)) return true;
  return false;
}
