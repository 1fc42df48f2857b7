import { SectionRequest } from '../ownership/file/section-request.js';
import { openSectionOf, type Section } from '../ownership/file/section.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { endless } from '../ownership/table/refusals.js';
import { endlessWait, scopeWithin } from '../ownership/table/wait-graph.js';
import type { Pen } from './pen.js';
import { begin, type Steps } from './steps.js';

type Work<T> = (section: Section) => Steps<T>;

/** How an operation enters the gate. */
interface EntryOptions {
  readonly isQueued?: boolean;
  readonly waitMs?: number;
}

/**
 * Does this in a section: the one around, one of its own, or one that it waits for; in this call
 * as far as nothing has to be waited for.
 *
 * @param options.isQueued whether it was accepted before, so that it may still begin while the
 *   run ends
 * @param options.waitMs how long it waits for the section
 */
export function perform<T>(
  pen: Pen,
  action: string,
  work: Work<T>,
  { isQueued = false, waitMs = pen.record.terms.waitMs }: EntryOptions = {},
): Promise<T> {
  try {
    const section = pen.tryEnter(action, isQueued);
    if (section === undefined) return performLater(pen, action, work, waitMs);
    return performIn(pen, section, work);
  } catch (error) {
    return Promise.reject(error);
  }
}

function performIn<T>(pen: Pen, section: Section, work: Work<T>): Promise<T> {
  try {
    const progress = begin(work(section));
    if ('later' in progress) return finish(pen, section, progress.later);
    pen.leave(section);
    return Promise.resolve(progress.value);
  } catch (error) {
    pen.leave(section);
    return Promise.reject(error);
  }
}

async function finish<T>(pen: Pen, section: Section, later: Promise<T>): Promise<T> {
  try {
    return await later;
  } finally {
    pen.leave(section);
  }
}

async function performLater<T>(
  pen: Pen,
  action: string,
  work: Work<T>,
  waitMs: number,
): Promise<T> {
  const { record, table, gate } = pen;
  const scope = table.state.ambient.getStore() ?? NOWHERE;
  const isFree = scope.run === record && openSectionOf(scope) === undefined;
  const chain = isFree || !gate.open ? undefined : endlessWait(scope, gate.open);
  if (chain) throw endless(record, gate.queue, chain);
  const section = await new Promise<Section>((resolve, reject) => {
    const within = scopeWithin(record, scope);
    const request = new SectionRequest(record, action, within, waitMs, resolve, reject);
    gate.wait(request);
  });
  try {
    pen.checkOpen(section, action);
    if (pen.tripped) throw pen.tripped;
  } catch (error) {
    pen.leave(section);
    throw error;
  }
  return await performIn(pen, section, work);
}
