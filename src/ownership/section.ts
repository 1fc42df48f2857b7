import type { Gate } from './gate.js';
import type { RunRecord } from './run-record.js';
import type { Scope } from './scope.js';

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
  /** What it is for, as errors name it. */
  readonly action: string;
  /** The section of another file in whose context it was asked for. */
  readonly around: Section | undefined;
  /** Runs asked for inside it that have not ended. */
  asked: Set<RunRecord> | undefined = undefined;
  /** False once it was left, or its gate was taken from it. */
  isOpen = true;
  /** Code outside of this package has the path and may write by itself. */
  isWrapped = false;
  /** Nothing may be written inside it: the code inside works on what it has read. */
  isFixed = false;
  /** Called when its gate is taken from it. */
  onAbandoned: (() => void) | undefined = undefined;
  /** Itself, and the sections inside it that have not ended. */
  #depth = 1;

  constructor(
    gate: Gate,
    record: RunRecord,
    isGuest: boolean,
    action: string,
    around: Section | undefined,
  ) {
    this.gate = gate;
    this.record = record;
    this.isGuest = isGuest;
    this.generation = record.generation;
    this.action = action;
    this.around = around;
  }

  /** The run in whose context the code inside runs. */
  get run(): RunRecord | undefined {
    return this.isGuest ? this.record.asker : this.record;
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

/** The section in whose context code runs, as long as it is open. */
export function openSectionOf(scope: Scope | undefined): Section | undefined {
  const section = scope?.section;
  return section?.isOpen === true ? section : undefined;
}
