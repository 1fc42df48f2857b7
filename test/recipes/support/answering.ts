import type { Coordinator, Run, RunInterruptedError, RunRequest } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';

/** A run in the middle of its model call. */
export interface Answering {
  readonly run: Run;
  /** The reply comes, and is written. */
  answer(): void;
  /** What its caller got: the reply, or the reason why there is none. */
  readonly outcome: Promise<RunInterruptedError | 'reply'>;
}

export interface Habits {
  /** What it writes before its model call. */
  readonly question?: string;
  /** Does not end when it is told to stop. */
  readonly isDeaf?: boolean;
}

/** Starts a turn as most runners make them, and comes back when its model call is under way. */
export async function startAnswering(
  sessions: Coordinator,
  request: RunRequest,
  { question, isDeaf = false }: Habits = {},
): Promise<Answering> {
  const reply = createGate();
  const asked = createGate<Run>();
  const outcome = sessions.run(request, async (run) => {
    if (question !== undefined) await run.transcript.append({ question });
    await run.prompt(async (signal) => {
      asked.open(run);
      await (isDeaf ? reply.opened : Promise.race([reply.opened, untilAborted(signal)]));
    });
    if (question !== undefined) await run.transcript.append({ reply: question });
    return 'reply' as const;
  });
  const run = await Promise.race([asked.opened, outcome.then(() => asked.opened)]);
  const settled = outcome.catch((reason: unknown) => reason as RunInterruptedError);
  return { run, answer: () => reply.open(), outcome: settled };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
