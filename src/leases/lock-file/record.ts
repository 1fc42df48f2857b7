import type { HolderInfo } from '../../types.js';
import { ownIdentity, type ProcessIdentity } from './identity.js';

/** What a lock file says. Newer versions may add to it; what they change makes another version. */
export interface LockRecord {
  readonly version: 1;
  readonly holder: HolderInfo;
  readonly process: ProcessIdentity;
  /** Whose turn was cut off before this claim; told for as long as no turn began under it. */
  readonly died?: HolderInfo | undefined;
}

const VERSION = 1;

export function encodeRecord(holder: HolderInfo, died?: HolderInfo): string {
  const record: LockRecord = { version: VERSION, holder, process: ownIdentity(), died };
  return `${JSON.stringify(record)}\n`;
}

/**
 * Undefined where nobody can say whose lock it is: half written, damaged, or of a version that this
 * one does not know. Such a lock is held by somebody.
 */
export function parseRecord(text: string): LockRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockRecord> | null;
    const isKnown =
      value?.version === VERSION && isHolder(value.holder) && isIdentity(value.process);
    if (!isKnown) return undefined;
    const { died, ...record } = value as LockRecord;
    return isHolder(died) ? { ...record, died } : record;
  } catch {
    return undefined;
  }
}

function isHolder(holder: Partial<HolderInfo> | undefined): boolean {
  return (
    typeof holder?.runId === 'string' &&
    typeof holder.kind === 'string' &&
    typeof holder.pid === 'number' &&
    typeof holder.host === 'string' &&
    Number.isFinite(holder.acquiredAtMs) &&
    Number.isFinite(holder.processStartedAtMs)
  );
}

function isIdentity(identity: Partial<ProcessIdentity> | undefined): boolean {
  return (
    typeof identity?.instanceId === 'string' &&
    typeof identity.host === 'string' &&
    Number.isSafeInteger(identity.pid) &&
    (identity.pid ?? 0) > 0
  );
}
