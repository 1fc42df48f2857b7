import type { InterruptCause, RunEnd } from '../../types.js';

/** How a run has ended that ended by itself after its signal fired. */
const END_OF: Readonly<Record<InterruptCause, RunEnd>> = {
  caller: 'aborted',
  user: 'interrupted',
  superseded: 'superseded',
  timeout: 'interrupted',
  stuck: 'stuck',
  'max-hold': 'interrupted',
  takeover: 'takeover',
  'lease-lost': 'lease-lost',
  recovery: 'interrupted',
  shutdown: 'shutdown',
};

export function endAfter(why: InterruptCause): RunEnd {
  return END_OF[why];
}

/** Whether a run was still at work when it lost its turn. */
export function wasTaken(end: RunEnd | undefined): boolean {
  return end === 'revoked' || end === 'lease-lost';
}
