import type { Contestants } from '../contestants.js';
import { ask, type Ask, comes, turns } from './asking.js';

/**
 * Lets requests come to every end that there is, and closes all providers. Nothing is expected on
 * the way. The signals that were used.
 */
export async function lifetime(contestants: Contestants): Promise<AbortSignal[]> {
  const file = contestants.file();
  const [one, other] = [await contestants.open(), await contestants.open()];
  const asked: Ask[] = [];
  const note = (request: Ask): Ask => {
    asked.push(request);
    return request;
  };

  const first = note(ask(one, file));
  await contestants.settle();
  note(ask(other, file, { wait: false }));
  const aborted = note(ask(other, file));
  const waiting = note(ask(other, file));
  await turns();
  aborted.controller.abort();
  void first.lease?.release().catch(ignore);
  await contestants.settle();
  void one.inspect(file).catch(ignore);
  await contestants.presumeDead(file);
  note(ask(one, file));
  const closed = note(ask(other, file));
  await contestants.settle();
  waiting.lease?.isHeld();
  await turns();
  // Nothing may stay that would go by itself a while later.
  await comes(contestants, Promise.allSettled([one.close(), other.close()]));
  closed.controller.abort();
  await turns();
  return asked.map(({ controller }) => controller.signal);
}

function ignore(): void {
  // Other clauses are about that.
}
