import type { RunRecord } from '../run/run-record.js';
import { isMoreUrgentKind } from '../run/urgency.js';

/** What may be done about the owner, seen as it is in this step. */
export function howToWait(
  record: RunRecord,
  owner: RunRecord,
): 'queued' | 'interrupting' | 'steering' {
  const { admission, kind } = record.terms;
  if (admission?.mode === 'interrupt' && (admission.force || mayInterrupt(kind, owner))) {
    return 'interrupting';
  }
  const isSteerable = admission?.mode === 'steer' && takesMessages(owner);
  return isSteerable && (admission.force || kind === owner.kind) ? 'steering' : 'queued';
}

/** A run that is ending needs no push, and background work never stops a person's. */
function mayInterrupt(kind: RunRecord['kind'], owner: RunRecord): boolean {
  return owner.phase !== 'finishing' && !isMoreUrgentKind(owner.kind, kind);
}

/** A run that maintains, ends or was told to stop has no model call that could read a message. */
export function takesMessages({ terms, phase, firing }: RunRecord): boolean {
  return terms.steer !== undefined && phase === 'prompting' && firing === undefined;
}
