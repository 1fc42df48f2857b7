/** Who excludes: the bare lease, or the coordinator with it. */
export type Through = 'provider' | 'coordinator';

/** What every process of a storm is told. */
export interface Settings {
  readonly root: string;
  readonly files: number;
  readonly through: Through;
  readonly heartbeatMs: number;
  readonly expireMs: number;
  /** Lanes of each thread. */
  readonly lanes: number;
  readonly waitMs: number;
}

/** What a process is told while it works. Some only happen in its next turn. */
export type Order =
  | { readonly order: 'stop' }
  /** Its event loop stands still for so long, in the middle of a turn. */
  | { readonly order: 'block'; readonly forMs: number }
  /** One of its worker threads is ended in the middle of a turn. */
  | { readonly order: 'end-worker' };

/** What one process is, besides. */
export interface Part {
  readonly role: 'runner' | 'keeper' | 'prover';
  readonly settings: Settings;
  readonly seed: number;
  /** Worker threads of it. */
  readonly workers: number;
}
