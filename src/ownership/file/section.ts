import type { Gate } from './gate.js';
import type { SectionRequest } from './section-request.js';
import type { RunRecord } from '../run/run-record.js';
import type { Scope } from '../run/scope.js';

/** Wrapped writes that are under way in a section, which may be several beside each other. */
export interface Wrapped {
  count: number;
  /** Called when the gate is taken from the section meanwhile. */
  onAbandoned(): void;
}

const TITLES: Readonly<Record<string, string>> = {
  write: 'a wrapped write',
  'write synchronously': 'a synchronous write',
  'write from the queue': 'a queued write',
  'write as a guest': 'a guest write',
};

/**
 * One use of the gate: the right to touch the bytes of a file now. Code that runs inside has it as
 * its scope; a section that is asked for there runs directly.
 */
export class Section implements Scope {
  readonly gate: Gate;
  /** Whose it is: the owner's, or a guest's. */
  readonly record: RunRecord;
  readonly isGuest: boolean;
  /** The grant that it belongs to. */
  readonly generation: number;
  /** What it is for: "cannot <action>". */
  readonly action: string;
  /** The run in whose context the code inside runs: its own, or one that joined that. */
  readonly run: RunRecord | undefined;
  /** The section of another file in whose context it was asked for. */
  readonly around: Section | undefined;
  /** Runs asked for inside it that have not ended. */
  asked: Set<RunRecord> | undefined = undefined;
  /** Sections of other gates that are open, or waited for, inside it. */
  inner: Set<Section | SectionRequest> | undefined = undefined;
  /** What code inside waits for through the index: each wait tells the runs that must end first. */
  awaited: Set<() => Iterable<RunRecord>> | undefined = undefined;
  /** The same, where the wait ends by itself. */
  awaitedForNow: Set<() => Iterable<RunRecord>> | undefined = undefined;
  /** False once it was left, or its gate was taken from it. */
  isOpen = true;
  /** Code outside of this package has the path and may write by itself. */
  wrapped: Wrapped | undefined = undefined;
  /** Nothing may be written inside it: the code inside works on what it has read. */
  isFixed = false;
  /** Why its gate was taken from it, where that is not the end of its run. */
  expelledBy: Error | undefined = undefined;
  /** Told once, when its gate is free of it. */
  leftListeners: Set<() => void> | undefined = undefined;
  /** Itself, and the sections inside it that have not ended. */
  #depth = 1;

  constructor(gate: Gate, record: RunRecord, isGuest: boolean, action: string, scope: Scope) {
    this.gate = gate;
    this.record = record;
    this.isGuest = isGuest;
    this.generation = record.generation;
    this.action = action;
    this.run = scope.run;
    this.around = scope.section;
  }

  /** What it is, where errors name it. */
  get title(): string {
    const { label } = this.record.terms;
    if (this.isGuest) return label === undefined ? 'a guest write' : `a guest write (${label})`;
    return TITLES[this.action] ?? this.action;
  }

  get isWrapped(): boolean {
    return this.wrapped !== undefined;
  }

  get section(): this {
    return this;
  }

  /** Another section begins inside this one. */
  enter(): void {
    this.#depth += 1;
  }

  /** The section, or one inside it, ends; the gate is free after the last. */
  leave(): void {
    this.#depth -= 1;
    if (this.#depth === 0) this.gate.leave(this);
  }
}

/** All open sections in whose context code runs, the innermost first. */
export function* sectionsAround({ run, section }: Scope): Generator<Section, void> {
  yield* outwards(section);
  for (let record = run; record !== undefined; record = record.asker) {
    if (record.askedIn !== undefined) yield* outwards(record.askedIn);
  }
}

function* outwards(innermost: Section | undefined): Generator<Section, void> {
  for (let section = innermost; section !== undefined; section = section.around) {
    if (section.isOpen) yield section;
  }
}

/** The open section of this gate in whose context, near or far, code runs. */
export function sectionOf(scope: Scope, gate: Gate | undefined): Section | undefined {
  for (const section of sectionsAround(scope)) if (section.gate === gate) return section;
  return undefined;
}

/** The section in whose context code runs, as long as it is open. */
export function openSectionOf(scope: Scope | undefined): Section | undefined {
  const section = scope?.section;
  return section?.isOpen === true ? section : undefined;
}
