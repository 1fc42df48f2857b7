/** Messages that come while the agent is prompted, handed to its own `steer`. */
import type { AgentSession } from '@mariozechner/pi-coding-agent';

export interface Inbox {
  /**
   * True once the agent has taken the message into its turn; false where it was too late for that.
   * This is what the `steer` of a run has to answer: true is a promise.
   */
  offer(message: string): Promise<boolean>;
  /** From now on the agent takes messages; the result ends that. */
  open(session: AgentSession): () => void;
}

export function createInbox(): Inbox {
  let reader: AgentSession | undefined;
  const offered = new Map<string, (isTaken: boolean) => void>();
  const settle = (message: string, isTaken: boolean): void => {
    offered.get(message)?.(isTaken);
    offered.delete(message);
  };
  const close = (): void => {
    // It has looked for messages for the last time: what is left was not taken.
    reader?.clearQueue();
    reader = undefined;
    for (const message of offered.keys()) settle(message, false);
  };
  return {
    offer: async (message) => {
      if (!reader?.isStreaming) return false;
      const isTaken = new Promise<boolean>((resolve) => {
        offered.set(message, resolve);
      });
      await reader.steer(message);
      return isTaken;
    },
    open: (session) => {
      reader = session;
      const unsubscribe = session.subscribe((event) => {
        if (event.type === 'agent_end') close();
        if (event.type !== 'message_end' || event.message.role !== 'user') return;
        const { content } = event.message;
        const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
        settle(parts.map((part) => ('text' in part ? part.text : '')).join(''), true);
      });
      return () => {
        unsubscribe();
        close();
      };
    },
  };
}
