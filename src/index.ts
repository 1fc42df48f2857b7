export { createCoordinator } from './coordinator.js';
export type { Coordinator, CoordinatorSnapshot } from './coordinator-interface.js';
export { ConfigurationError, InvalidSessionFileError } from './errors/setup-errors.js';
export {
  CoordinatorClosedError,
  DeadlockError,
  DuplicateRunError,
  OwnerWaitAbortedError,
  OwnerWaitTimeoutError,
  QueueFullError,
} from './errors/wait-errors.js';
export {
  RunEndedError,
  RunInterruptedError,
  RunNotOwnerError,
  RunRevokedError,
} from './errors/run-errors.js';
export { LeaseLostError, LeaseUnavailableError } from './errors/lease-errors.js';
export { SessionError } from './errors/session-error.js';
export {
  GateBusyError,
  RotateRefusedError,
  TornTranscriptError,
  TranscriptIoError,
} from './errors/transcript-errors.js';
export type { ContentLeft } from './errors/transcript-errors.js';
export { TakeoverError } from './errors/takeover-error.js';
export type { FileFingerprint, WriteProgress } from './errors/takeover-error.js';
export type { InvalidSessionFileReason } from './errors/setup-errors.js';
export type { LeaseUnavailableReason } from './errors/lease-errors.js';
export type { SessionErrorCode } from './errors/session-error.js';
export { resolveSessionFile, resolveSessionFileSync } from './identity/session-file.js';
export type { Lease, LeaseProvider, LeaseRequest } from './leases/provider.js';
export type { Counters } from './observe/counters.js';
export type { OwnershipEvent, OwnershipEventType } from './observe/events.js';
export type { CoordinatorOptions } from './options/coordinator-options.js';
export type { Health, HealthReason } from './recovery/classify.js';
export type {
  MonitorEvent,
  MonitorEventOf,
  MonitorEventType,
  SessionState,
} from './recovery/monitor-events.js';
export type { MonitorOptions } from './recovery/monitor-options.js';
export type { Monitor } from './recovery/monitor.js';
export type { Observed, RecoveryOutcome, RecoveryRequest } from './recovery/outcome.js';
export type { SessionReport } from './recovery/session-states.js';
export type { Admission, AdmitRequest } from './runs/admission.js';
export type { CloseReport } from './runs/close.js';
export type { GuestSection, WriteOptions } from './runs/guest-write.js';
export type { InterruptOptions, InterruptOutcome, RunTarget } from './runs/interrupt.js';
export type { PromptOptions } from './runs/prompt.js';
export type { RunIndex } from './runs/run-index.js';
export type { IdleOptions } from './runs/run-waits.js';
export type { Ticket } from './runs/ticket.js';
export type { WaitOptions } from './runs/until-told.js';
export type { Run, RunRequest } from './runs/run.js';
export type { Records, Span } from './transcript/records.js';
export type { GuestTranscript, Transcript } from './transcript/transcript.js';
export { ADMISSION_MODES, FILE_CHANGES, RUN_ENDS, RUN_KINDS } from './types.js';
export type {
  AdmissionMode,
  DeadlockLink,
  FileChange,
  GuestWrite,
  Holder,
  HolderInfo,
  HoldingRun,
  InterruptCause,
  Logger,
  PreviousRun,
  RunEnd,
  RunKind,
  RunLimits,
  RunPhase,
  RunView,
  SessionFile,
  SessionFileLike,
  Stopping,
} from './types.js';
