import type { DiskTraits } from '../../support/memory-disk.js';
import type { Deed, World } from './world.js';

export interface Scenario {
  readonly deeds: readonly (readonly Deed[])[];
  /** What is in the folder at the beginning; claims that are taken are of a dead process. */
  readonly names?: readonly string[];
  readonly traits?: DiskTraits;
  readonly suspensions?: number;
  readonly crashes?: number;
  /** So many listings miss what is being renamed at that moment. */
  readonly misses?: number;
  /** So many calls fail with EIO. */
  readonly failures?: number;
  /** What was done before; see `rehearse`. */
  readonly prologue?: readonly string[];
  /** Also between calls that nobody can see as long as no folder is removed. */
  readonly isFine?: boolean;
  readonly mostStates?: number;
}

export interface Spent {
  readonly suspensions: number;
  readonly crashes: number;
  readonly misses: number;
  readonly failures: number;
}

export interface State {
  readonly world: World;
  readonly spent: Spent;
  /** The highest token of whoever held the file. */
  readonly top: { readonly token: bigint; readonly id: string };
  readonly before?: State;
  readonly action: string;
}
