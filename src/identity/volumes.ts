const MAX_VOLUMES = 64;

/**
 * Which volumes fold case, as far as that was found out: device -> answer. Bounded; the one that
 * was not asked for longest goes first. The number of an unmounted device may be given to another
 * one, as far as that happens the answer stays the old one.
 */
export class Volumes {
  /** Oldest first. `set` writes, `set` and `get` reorder. */
  readonly #answers = new Map<number, boolean>();
  /** The device asked for last: almost always the next one too, and then nothing is reordered. */
  #lastDevice = Number.NaN;
  #lastAnswer = false;

  /** undefined where nobody has found out yet. */
  get(device: number): boolean | undefined {
    if (device === this.#lastDevice) return this.#lastAnswer;
    const answer = this.#answers.get(device);
    if (answer !== undefined) this.set(device, answer);
    return answer;
  }

  set(device: number, folds: boolean): void {
    this.#answers.delete(device);
    this.#answers.set(device, folds);
    this.#lastDevice = device;
    this.#lastAnswer = folds;
    if (this.#answers.size <= MAX_VOLUMES) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      return;
    }
  }

  get size(): number {
    return this.#answers.size;
  }
}
