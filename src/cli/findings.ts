import type { Cleared } from '../leases/lock-file/clear.js';
import type { HolderInfo } from '../types.js';
import { shown, wrapped } from './wording.js';

export type FindingKind =
  | 'dead-holder'
  | 'dead-waiter'
  | 'gone-session'
  | 'left-over-lock'
  | 'silent-holder'
  | 'unreadable-record'
  | 'foreign-lock'
  | 'strange-lock'
  | 'not-writable'
  | 'torn-tail';

/** Something that is wrong: one entry of `findings` in what `doctor --json` prints. */
export interface Finding {
  readonly kind: FindingKind;
  /** What it is about. */
  readonly path: string;
  /** Null where it is about all session files of a folder. */
  readonly sessionFile: string | null;
  /** What was found, in one sentence. */
  readonly found: string;
  /** How that is known. */
  readonly because: string;
  /** What a person can do about it. */
  readonly toDo: string;
  /** Whether `--fix` takes care of it. */
  readonly canFix: boolean;
  readonly holder?: HolderInfo;
  /** Of a silent holder: its process is stopped. Null where that is not known. */
  readonly isStopped?: boolean | null;
  /** Of a folder that cannot be written: how many session files in it nobody can have. */
  readonly sessionFiles?: number;
  /** Of what cannot be written: what the system said. */
  readonly systemCode?: string;
  /** Of a torn tail: where it begins, and how long it is. */
  readonly offsetBytes?: number;
  readonly sizeBytes?: number;
}

/** A finding, with what takes care of it. */
export interface Found {
  readonly finding: Finding;
  readonly fix?: () => Cleared;
  /** What it has done then, in one sentence. */
  readonly done?: string;
}

/**
 * What became of a finding. `fixed`: by this doctor; `gone`: by somebody else meanwhile; `failed`:
 * it was tried; `remains`: it was not tried.
 */
export type Outcome =
  | { readonly outcome: 'fixed'; readonly did: string }
  | { readonly outcome: 'gone' | 'failed'; readonly did: string }
  | { readonly outcome: 'remains' };

/** Several lines for a person. */
export function describeFinding(finding: Finding, outcome: Outcome, name: string): string {
  const { kind, found, because, toDo } = finding;
  const about = 'did' in outcome ? outcome.did : toDo;
  return (
    `${kind}: ${shown(name)}\n` +
    wrapped(found, 9, '  found') +
    wrapped(because, 9, '  known') +
    wrapped(about, 9, 'did' in outcome ? `  ${outcome.outcome}` : '  to do') +
    '\n'
  );
}
