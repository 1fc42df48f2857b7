/**
 * One turn of the real agent, as gateways run it: open the session file with the agent's own
 * session manager, prompt, and dispose. Of Penholder it needs two things: the model is called in a
 * prompt window, and the session manager writes through the transcript.
 */
import type { AgentSession, AgentSessionEvent } from '@mariozechner/pi-coding-agent';

import type { AgentPlaces } from './agent-folder.js';
import type { Inbox } from './inbox.js';
import { openAgent, type Tool } from './open-agent.js';
import type { Pen } from './session-manager.js';

/** What the agent needs of its turn. */
export interface AgentTurn {
  /** One model call with its tools. */
  prompt<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Where the session manager writes through; without it, straight into the file. */
  readonly transcript?: Pen | undefined;
  /** Told of every sign of life of the agent. */
  readonly progress?: (() => void) | undefined;
  /** Where messages come in while the agent is prompted. */
  readonly inbox?: Inbox | undefined;
  /** Tools besides those that every turn has. */
  readonly tools?: readonly Tool[] | undefined;
}

export interface PromptOptions {
  /** Each piece of the answer; what it throws ends the turn. */
  readonly onAnswer?: () => void;
}

/** Sends one message and gives back the answer of the agent, once all of it is on disk. */
export type Prompt = (message: string, options?: PromptOptions) => Promise<string>;

/** What it answered, a line for each message that came; throws where the last was cut short. */
function answersIn(messages: AgentSession['messages'], signal: AbortSignal): string {
  const last = messages.findLast((message) => message.role === 'assistant');
  if (last?.role !== 'assistant' || last.stopReason !== 'stop') {
    signal.throwIfAborted();
    throw new Error(last?.errorMessage ?? 'the agent gave no answer');
  }
  const texts = messages.map((message) =>
    message.role === 'assistant'
      ? message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
      : '',
  );
  return texts.filter((text) => text !== '').join('\n');
}

/** Thrown into the agent itself, an error of the lane would cost it its record of the message. */
function attempt(task: (() => void) | undefined, failure: AbortController): void {
  try {
    task?.();
  } catch (error) {
    failure.abort(error);
  }
}

/**
 * Sends the message and waits for its end. The session announces that end after it has appended
 * everything, which may be later than `prompt()` resolves: only then may the file be read, or
 * left to somebody else.
 */
async function promptUntilWritten(
  session: AgentSession,
  message: string,
  onEvent: (event: AgentSessionEvent) => void,
): Promise<void> {
  let unsubscribe = (): void => {};
  const written = new Promise<void>((resolve) => {
    unsubscribe = session.subscribe((event) => {
      onEvent(event);
      if (event.type === 'agent_end') resolve();
    });
  });
  try {
    await session.prompt(message);
    await written;
  } finally {
    unsubscribe();
  }
}

async function promptOnce(
  session: AgentSession,
  message: string,
  signal: AbortSignal,
  { progress, inbox }: AgentTurn,
  onAnswer: (() => void) | undefined,
): Promise<string> {
  const failure = new AbortController();
  const stopped = AbortSignal.any([signal, failure.signal]);
  stopped.throwIfAborted();
  const closeInbox = inbox?.open(session);
  const stop = (): void => {
    // First: it would still take what has come in, and not answer it.
    closeInbox?.();
    void session.abort();
  };
  stopped.addEventListener('abort', stop);
  const before = session.messages.length;
  try {
    await promptUntilWritten(session, message, (event) => {
      progress?.();
      // Aborted before there was anything to abort.
      if (event.type === 'agent_start' && stopped.aborted) stop();
      if (event.type === 'message_update') attempt(onAnswer, failure);
    });
  } finally {
    closeInbox?.();
    stopped.removeEventListener('abort', stop);
  }
  failure.signal.throwIfAborted();
  // Told to stop when it had its answer already, it gives it: whether it counts others decide.
  return answersIn(session.messages.slice(before), signal);
}

/** The agent on a session file; always closed again, also after a failure. */
export async function withAgent<T>(
  places: AgentPlaces,
  sessionFile: string,
  turn: AgentTurn,
  task: (prompt: Prompt) => Promise<T>,
): Promise<T> {
  const session = await openAgent(places, sessionFile, turn.transcript, turn.tools);
  try {
    return await task((message, { onAnswer } = {}) =>
      turn.prompt((signal) => promptOnce(session, message, signal, turn, onAnswer)),
    );
  } finally {
    session.dispose();
  }
}
