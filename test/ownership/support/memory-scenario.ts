/**
 * Prints how much memory 100,000 runs leave behind, started from a context that outlived its run,
 * or each from inside the one before. Run with `--expose-gc`.
 */
import { createCoordinator, type Coordinator } from '../../../src/index.js';

const RUNS = 100_000;

function heapBytes(): number {
  global.gc?.();
  global.gc?.();
  return process.memoryUsage().heapUsed;
}

/** Answers the heap at the end of the scenario, as seen from inside. */
async function fromOldContext(sessions: Coordinator, runs: number): Promise<number> {
  let go!: () => void;
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  let finished: Promise<number> | undefined;
  await sessions.run({ sessionFile: 'memory:old' }, () => {
    finished = gone.then(async () => {
      for (let index = 0; index < runs; index += 1) {
        const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: `k${index}` });
        await run.release();
      }
      return heapBytes();
    });
  });
  go();
  return (await finished) ?? 0;
}

/** Each run asks for the next one and ends without waiting for it: a lane that feeds itself. */
async function eachFromTheLast(sessions: Coordinator, runs: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    let left = runs;
    const next = (): void => {
      if (left === 0) {
        resolve(heapBytes());
        return;
      }
      left -= 1;
      const request = { sessionFile: 'memory:a', onReentry: 'queue' } as const;
      sessions.run(request, () => next()).catch(reject);
    };
    next();
  });
}

const scenarios = { fromOldContext, eachFromTheLast };
const scenario = scenarios[process.argv[2] as keyof typeof scenarios];
const sessions = createCoordinator({ historySize: 0 });
const beforeBytes = await scenario(sessions, RUNS / 100);
const afterBytes = await scenario(sessions, RUNS);
process.stdout.write(JSON.stringify({ grownBytes: afterBytes - beforeBytes }));
