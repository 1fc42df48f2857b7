import { turns } from './asking.js';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * What nobody caught while this ran. Whoever listens for that otherwise, as test runners do, hears
 * nothing of it.
 */
export async function uncaughtDuring(work: () => Promise<void>): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  const others = EVENTS.map((event) => process.rawListeners(event));
  for (const event of EVENTS) {
    process.removeAllListeners(event);
    process.on(event, note);
  }
  try {
    await work();
    await turns();
  } finally {
    for (const [at, event] of EVENTS.entries()) {
      process.removeListener(event, note);
      for (const other of others[at] ?? []) process.on(event, other as () => void);
    }
  }
  return uncaught;
}
