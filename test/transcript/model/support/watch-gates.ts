import { Gate } from '../../../../src/ownership/file/gate.js';
import type { SectionRequest } from '../../../../src/ownership/file/section-request.js';
import type { Section } from '../../../../src/ownership/file/section.js';

/** A call that waits for a section, or has one. */
export interface Asking {
  section: Section | undefined;
}

/** Where one section stands in the order of all. */
export interface Opening {
  readonly number: number;
  /** The file that its bytes are in. */
  readonly path: string;
}

const original = {
  tryOpen: Gate.prototype.tryOpen,
  wait: Gate.prototype.wait,
  advance: Gate.prototype.advance,
};

/**
 * Sees every section as it is opened, and what was waiting then, from outside of the gates: at most
 * one section of a file is open, the owner's come in the order of their requests, and a guest is
 * never let in before them.
 */
export class GateWatch {
  readonly faults: string[] = [];
  /** How many sections were opened, by what they were for. */
  readonly counts = new Map<string, number>();
  opened = 0;
  /** The call that is being made now. */
  asking: Asking | undefined = undefined;
  onOpen: ((section: Section) => void) | undefined = undefined;
  readonly gates = new Set<Gate>();
  readonly #openings = new WeakMap<Section, Opening>();
  readonly #requests = new Map<Gate, { request: SectionRequest; asking: Asking | undefined }[]>();

  constructor() {
    GateWatch.#watch(this);
  }

  static #watch(watch: GateWatch): void {
    Gate.prototype.tryOpen = function (...args) {
      const section = original.tryOpen.apply(this, args);
      if (section !== undefined) watch.#note(section, watch.asking);
      return section;
    };
    Gate.prototype.wait = function (...args) {
      watch.#waitingAt(this).push({ request: args[0], asking: watch.asking });
      original.wait.apply(this, args);
    };
    Gate.prototype.advance = function () {
      const first = watch.#waitingAt(this)[0];
      original.advance.call(this);
      const { open } = this;
      if (open !== undefined && watch.of(open) === undefined) watch.#letIn(open, first);
    };
  }

  stop(): void {
    Object.assign(Gate.prototype, original);
  }

  of(section: Section): Opening | undefined {
    return this.#openings.get(section);
  }

  /** Requests that wait at a gate, and sections that are open. */
  get left(): number {
    let left = 0;
    for (const gate of this.gates) {
      left += this.#waitingAt(gate).length + (gate.open === undefined ? 0 : 1);
    }
    return left;
  }

  #waitingAt(gate: Gate): { request: SectionRequest; asking: Asking | undefined }[] {
    const waiting = (this.#requests.get(gate) ?? []).filter(({ request }) => request.list);
    this.#requests.set(gate, waiting);
    return waiting;
  }

  #letIn(
    section: Section,
    first: { request: SectionRequest; asking: Asking | undefined } | undefined,
  ): void {
    if (first !== undefined && (section.isGuest || first.request.list !== undefined)) {
      this.faults.push(`${section.action} overtook ${first.request.action} of the owner`);
    }
    this.#note(section, section.isGuest ? undefined : first?.asking);
  }

  #note(section: Section, asking: Asking | undefined): void {
    const { gate, action } = section;
    const path = gate.queue.realPath;
    for (const other of this.gates) {
      const isSame = other.queue.realPath === path && other.open !== section;
      if (isSame && other.open?.isOpen === true) {
        this.faults.push(`${action} and ${other.open.action} are both open`);
      }
      if (other.open === undefined && other !== gate) this.gates.delete(other);
    }
    this.gates.add(gate);
    this.opened += 1;
    this.#openings.set(section, { number: this.opened, path });
    const kind = section.isGuest ? 'guest' : action;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (asking) asking.section = section;
    this.onOpen?.(section);
  }
}
