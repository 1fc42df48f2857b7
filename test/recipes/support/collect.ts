import type { Coordinator, Run, RunRequest } from '../../../src/index.js';

type Answer<T> = (run: Run, messages: readonly string[]) => Promise<T>;

/** Messages of one lane that come while a turn of it waits are answered in that turn, together. */
export class Collector<T> {
  readonly #sessions: Coordinator;
  readonly #answer: Answer<T>;
  readonly #open = new Map<string, { messages: string[]; reply: Promise<T> }>();

  constructor(sessions: Coordinator, answer: Answer<T>) {
    this.#sessions = sessions;
    this.#answer = answer;
  }

  /** The reply to the whole batch: everybody whose message is in it gets the same. */
  say(lane: string, request: RunRequest, message: string): Promise<T> {
    const open = this.#open.get(lane);
    if (open) {
      open.messages.push(message);
      return open.reply;
    }
    const messages = [message];
    const close = (): void => void this.#open.delete(lane);
    const reply = this.#sessions.run({ ...request, sessionKey: lane }, (run) => {
      close();
      return this.#answer(run, messages);
    });
    this.#open.set(lane, { messages, reply });
    // A turn that never came takes its batch with it; the next message opens another.
    reply.catch(() => {
      if (this.#open.get(lane)?.messages === messages) close();
    });
    return reply;
  }
}
