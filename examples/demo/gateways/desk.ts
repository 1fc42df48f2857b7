/** Where messages for one gateway are handed in: knows what became of each, as it is told. */
import type { GatewayProcess } from './gateway-process.js';
import {
  clockMs,
  type Failure,
  type Found,
  type Happening,
  type Signal,
  type TurnWish,
} from './talk.js';

/** Without a text there is a failure; without one of them the process died before it could say. */
export interface Reply {
  readonly text?: string;
  readonly failure?: Failure;
}

/** What was seen of one turn. */
export interface Ticket {
  readonly sessionKey: string;
  readonly refusedWrites: Failure[];
  found?: Found;
  grantedMs?: number;
}

export interface SeenEvent {
  readonly type: Extract<Happening, { type: 'event' }>['event'];
  readonly runId: string;
  readonly sessionKey: string;
  readonly atMs: number;
}

/** The agent has the file open. */
export interface Visit {
  readonly sessionKey: string;
  readonly fromMs: number;
  toMs: number;
}

interface Listener {
  readonly onAnswer: (() => void) | undefined;
  readonly onStanding: (atMs: number) => void;
}

interface Waiting extends Listener {
  readonly settle: (reply: Reply) => void;
}

export interface Asked {
  readonly ticket: Ticket;
  readonly reply: Promise<Reply>;
}

export class Desk {
  readonly events: SeenEvent[] = [];
  readonly visits: Visit[] = [];
  readonly leftOver: string[] = [];
  readonly #gateway: GatewayProcess;
  readonly #tickets = new Map<number, Ticket>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #inside = new Map<number, Visit>();
  readonly #stopListening: () => void;
  #count = 0;
  #closed: (() => void) | undefined;
  #killedMs: number | undefined;
  #isGone = false;

  constructor(gateway: GatewayProcess) {
    this.#gateway = gateway;
    this.#stopListening = gateway.listen((happening) => {
      if (happening) this.#hear(happening);
      else this.#leave();
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  ask(wish: Omit<TurnWish, 'do' | 'id'>, listener: Listener): Asked {
    const id = (this.#count += 1);
    const { sessionKey } = wish;
    const ticket: Ticket = { sessionKey, refusedWrites: [] };
    this.#tickets.set(id, ticket);
    const reply = new Promise<Reply>((settle) => {
      this.#waiting.set(id, { ...listener, settle });
    });
    this.#gateway.tell({ do: 'turn', id, ...wish });
    return { ticket, reply };
  }

  signal(signal: Signal, atMs: number): void {
    if (signal === 'SIGKILL') this.#killedMs = atMs;
    this.#gateway.signal(signal);
  }

  /** Asks what its coordinator has left over; a process that is gone has nothing to say. */
  async close(): Promise<void> {
    if (!this.#isGone) {
      const closed = new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
      this.#gateway.tell({ do: 'close' });
      await closed;
    }
    this.#stopListening();
  }

  #hear(happening: Happening): void {
    if (happening.type === 'event') this.#hearEvent({ ...happening, type: happening.event });
    else if (happening.type === 'closed') {
      this.leftOver.push(...happening.leftOver);
      this.#closed?.();
    } else if (happening.type !== 'ready') this.#hearOfTurn(happening);
  }

  #hearOfTurn(happening: Extract<Happening, { id: number }>): void {
    const { id, type } = happening;
    const ticket = this.#tickets.get(id);
    // Told of its end, it may still have something to say: the agent goes on to its own.
    if (!ticket) return;
    if (type === 'in') this.#enter(id, ticket, happening.atMs);
    if (type === 'out') this.#goOut(id, happening.atMs);
    if (type === 'found') ticket.found = happening;
    if (type === 'answering') this.#waiting.get(id)?.onAnswer?.();
    if (type === 'standing') this.#waiting.get(id)?.onStanding(happening.atMs);
    if (type === 'write-refused') ticket.refusedWrites.push(happening.failure);
    if (type === 'answered') this.#settle(id, { text: happening.reply });
    if (type === 'failed') this.#settle(id, { failure: happening.failure });
  }

  #hearEvent({ type, runId, sessionKey, atMs }: SeenEvent): void {
    this.events.push({ type, runId, sessionKey, atMs });
    if (type !== 'granted') return;
    for (const id of this.#waiting.keys()) {
      const ticket = this.#tickets.get(id);
      if (ticket?.sessionKey === sessionKey) ticket.grantedMs ??= atMs;
    }
  }

  #enter(id: number, { sessionKey }: Ticket, fromMs: number): void {
    const visit = { sessionKey, fromMs, toMs: Infinity };
    this.visits.push(visit);
    this.#inside.set(id, visit);
  }

  #goOut(id: number, toMs: number): void {
    const visit = this.#inside.get(id);
    if (visit) visit.toMs = toMs;
    this.#inside.delete(id);
  }

  /** The process is gone: what it had begun ended when it was killed. */
  #leave(): void {
    const atMs = this.#killedMs ?? clockMs();
    this.#isGone = true;
    for (const id of this.#inside.keys()) this.#goOut(id, atMs);
    const ended = new Set(this.events.filter(({ type }) => type === 'ended').map((it) => it.runId));
    for (const event of this.events.filter(({ type }) => type === 'granted')) {
      if (!ended.has(event.runId)) this.events.push({ ...event, type: 'ended', atMs });
    }
    for (const id of this.#waiting.keys()) this.#settle(id, {});
    this.#closed?.();
  }

  #settle(id: number, reply: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.settle(reply);
  }
}
