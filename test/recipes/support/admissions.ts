import type { Admission, Ticket } from '../../../src/index.js';

export function ticketIn(admission: Admission): Ticket {
  if ('ticket' in admission) return admission.ticket;
  throw new Error(`Expected a ticket, got ${admission.outcome}.`);
}

export function busyIn(admission: Admission): Extract<Admission, { outcome: 'busy' }> {
  if (admission.outcome === 'busy') return admission;
  throw new Error(`Expected busy, got ${admission.outcome}.`);
}
