import type { RunTerms } from '../ownership/run/terms.js';
import type { AdmitRequest } from '../runs/admission.js';
import type { WriteOptions } from '../runs/guest-write.js';
import { recordOf } from '../runs/run-handle.js';
import type { RunRequest } from '../runs/run.js';
import {
  checkBoolean,
  checkFunction,
  checkObject,
  checkOneOf,
  checkSignal,
  checkText,
  wrongType,
} from '../support/checks.js';
import { ADMISSION_MODES, RUN_KINDS } from '../types.js';
import type { Settings } from './coordinator-options.js';
import { checkTranscriptOptions, durationOr, stuckLimit } from './shared-checks.js';

/** @throws TypeError, RangeError */
export function readTerms(
  request: RunRequest,
  settings: Settings,
  onReentryByDefault: RunTerms['onReentry'] = 'refuse',
): RunTerms {
  const { runId, sessionKey, sessionId, kind = 'person', signal, parent } = request;
  const { onReentry = onReentryByDefault, steer, rescue } = request;
  const { durability = settings.durability, onForeignAppend = settings.onForeignAppend } = request;
  checkTranscriptOptions(durability, onForeignAppend);
  if (runId !== undefined) checkText('runId', runId);
  if (sessionKey !== undefined) checkText('sessionKey', sessionKey);
  if (sessionId !== undefined) checkText('sessionId', sessionId);
  if (kind !== 'person') checkOneOf('kind', kind, RUN_KINDS);
  if (signal !== undefined) checkSignal('signal', signal);
  if (onReentry !== onReentryByDefault)
    checkOneOf('onReentry', onReentry, ['refuse', 'join', 'queue']);
  if (steer !== undefined) checkFunction('steer', steer);
  if (rescue !== undefined) checkFunction('rescue', rescue);
  if (parent !== undefined && recordOf(parent) === undefined) {
    throw wrongType('parent', 'a run of this package', parent);
  }
  return {
    runId,
    sessionKey,
    sessionId,
    kind,
    waitMs: durationOr('waitMs', request.waitMs, settings.waitMs),
    maxHoldMs: durationOr('maxHoldMs', request.maxHoldMs, settings.maxHoldMs),
    stuckAfterMs: stuckLimit(request.stuckAfterMs, settings.stuckAfterMs),
    hasOwnPatience: request.stuckAfterMs !== undefined,
    hasParent: parent !== undefined,
    onReentry,
    durability,
    onForeignAppend,
    isGuest: false,
    label: undefined,
    admission: undefined,
    steer,
    rescue,
  };
}

/** A request that asks how it may run. @throws TypeError, RangeError */
export function readAdmission(request: AdmitRequest, settings: Settings): RunTerms {
  checkObject('request', request);
  const { mode = 'queue', force = false } = request;
  if (mode !== 'queue') checkOneOf('mode', mode, ADMISSION_MODES);
  checkBoolean('force', force);
  return { ...readTerms(request, settings, 'queue'), admission: { mode, force } };
}

/** The request that a guest write is. @throws TypeError, RangeError */
export function readWriteTerms(options: WriteOptions, settings: Settings): RunTerms {
  const { label, kind = 'command', signal, waitMs, parent } = options;
  if (label !== undefined) checkText('label', label);
  const sessionFile = '';
  const terms = readTerms({ sessionFile, kind, signal, waitMs, parent }, settings);
  return { ...terms, isGuest: true, label };
}
