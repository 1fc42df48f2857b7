/** Stands for an agent that takes messages while it works, and answers when the example says so. */
import { EventEmitter, once } from 'node:events';

export interface Agent {
  /** Works until it is told to answer, or to stop. */
  prompt(message: string, signal: AbortSignal): Promise<string>;
  /** True: the message is in its hands, and is answered with the others. */
  steer(message: string): boolean;
  /** What it was asked, the messages that it took included. */
  readonly asked: readonly string[];
}

const desk = new EventEmitter();
const atWork = new Set<string>();

/** Resolves when an agent works on this message. */
export async function working(message: string): Promise<void> {
  if (!atWork.has(message)) await once(desk, `begun ${message}`);
}

/** Lets the agent that works on this message answer. */
export function answer(message: string): void {
  desk.emit(`answer ${message}`);
}

/** @param onProgress called with each sign of life, so that it is not taken for stuck */
export function openAgent(earlier: readonly unknown[], onProgress: () => void): Agent {
  const asked: string[] = [];
  let isOpen = false;
  return {
    asked,
    prompt: async (message, signal) => {
      signal.throwIfAborted();
      asked.push(message);
      isOpen = true;
      atWork.add(message);
      desk.emit(`begun ${message}`);
      onProgress();
      try {
        await once(desk, `answer ${message}`, { signal });
      } finally {
        // In the step of its last look at what it was asked: nothing is taken that is not answered.
        isOpen = false;
        atWork.delete(message);
      }
      return `after ${earlier.length} records: ${asked.map((text) => `"${text}"`).join(' and ')}`;
    },
    steer: (message) => {
      if (isOpen) asked.push(message);
      return isOpen;
    },
  };
}
