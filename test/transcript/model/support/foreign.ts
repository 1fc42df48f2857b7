import {
  appendFileSync,
  openSync,
  closeSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import * as fc from 'fast-check';
import { FILE_CHANGES, type FileChange } from '../../../../src/types.js';
import type { RunRecord } from '../../../../src/ownership/run/run-record.js';
import type { Section } from '../../../../src/ownership/file/section.js';
import { FILES } from './plan.js';
import { contentOf, type Scene } from './scene.js';

/** Somebody who knows nothing of the gate changes a file, at one moment of a schedule. */
export interface Stroke {
  readonly at: number;
  readonly file: number;
  readonly change: FileChange;
}

export const strokes: fc.Arbitrary<Stroke> = fc.record({
  at: fc.nat({ max: 1_000 }),
  file: fc.nat({ max: FILES - 1 }),
  change: fc.constantFrom(...FILE_CHANGES),
});

/** All others look at the file before anything else. */
const LOOKS_LATER = /queue|guest/;

/** Knows whose fence has begun, and so who has to find the change, and when. */
export class Foreign {
  /** The run that owned when it happened, and whose fence had begun. */
  target: RunRecord | undefined = undefined;
  /** It has used its gate since, in the same turn. */
  hasLooked = false;
  isDone = false;
  readonly #scene: Scene;
  readonly #fenced = new WeakMap<RunRecord, number>();
  #generation = 0;
  #opened = 0;
  #order = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    scene.watch.onOpen = (section) => {
      const { record } = section;
      if (LOOKS_LATER.test(section.action) || section.isGuest) return;
      if (this.isTarget(record)) this.hasLooked = true;
      this.#fenced.set(record, section.generation);
    };
  }

  /** An append was acknowledged, or refused as it should be; `host` owned when it was called. */
  noteAppend(section: Section, host: RunRecord | undefined, isGuest: boolean): void {
    const record = section.isGuest ? host : section.record;
    if (record === undefined) return;
    if (this.isTarget(record)) this.hasLooked = true;
    // A guest looks for itself: the fence of the owner begins with its own use.
    const isOwnTurn = !section.isGuest && record.terms.isGuest;
    if (!isGuest || isOwnTurn) this.#fenced.set(record, section.generation);
  }

  /** This run has looked at its file in a section that was open already. */
  noteLook(record: RunRecord): void {
    if (this.isTarget(record)) this.hasLooked = true;
    this.#fenced.set(record, record.generation);
  }

  isTarget(record: RunRecord): boolean {
    return record === this.target && record.generation === this.#generation;
  }

  /** Only where everything is at rest, and no code with the path is inside. */
  strike({ file, change }: Stroke): void {
    const { table, replay, watch } = this.#scene;
    const path = this.#scene.pathOf(file);
    const queue = [...table.state.queues.values()].find(({ realPath }) => realPath === path);
    if (queue?.gate?.open?.isWrapped === true) return;
    const owner = queue?.owner;
    // The turn before was taken from code that still has the path: the fence began right then.
    const isInherited = queue?.gate?.isSuspect === true && queue.gate.knowledge !== undefined;
    if (isInherited && owner === undefined) return;
    this.isDone = true;
    if (owner && (isInherited || this.#fenced.get(owner) === owner.generation)) {
      this.target = owner;
      this.#generation = owner.generation;
    }
    this.#opened = watch.opened;
    this.#order = this.#scene.nextOrder();
    alter(path, change);
    replay.contents.set(path, contentOf(path));
  }

  /**
   * Nothing that the target did since then, in that turn, may have gone through.
   *
   * @param order of the call; a rewrite that began before it has looked again since
   */
  checkDeed(section: Section, what: string, order: number): void {
    const { faults, watch } = this.#scene;
    const isLater = order > this.#order || (watch.of(section)?.number ?? 0) > this.#opened;
    if (isLater && this.isTarget(section.record)) {
      faults.push(`${what} went through after a foreign write`);
    }
  }

  /** Exactly the run that owned then is told, as soon as it looks, and nobody else. */
  compare(): void {
    const { takeovers, faults } = this.#scene;
    const expected = this.hasLooked && this.target ? [this.target.runId] : [];
    if (JSON.stringify(takeovers) === JSON.stringify(expected)) return;
    faults.push(`takeovers of ${JSON.stringify(takeovers)}, not ${JSON.stringify(expected)}`);
  }
}

function alter(path: string, change: FileChange): void {
  const text = contentOf(path);
  if (text === '' || change === 'appended') appendFileSync(path, '{"foreign":true}\n');
  else if (change === 'truncated') {
    truncateSync(path, Buffer.byteLength(text.slice(0, Math.floor(text.length / 2))));
  } else if (change === 'deleted') unlinkSync(path);
  else if (change === 'replaced') {
    writeFileSync(`${path}.other`, `${' '.repeat(Buffer.byteLength(text) - 1)}\n`);
    renameSync(`${path}.other`, path);
  } else {
    const fd = openSync(path, 'r+');
    writeSync(fd, text.startsWith('x') ? 'y' : 'x');
    closeSync(fd);
  }
}
