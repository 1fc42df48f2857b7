/** So many empty places are always allowed. */
const FEW = 32;

/**
 * A map whose cost does not depend on how often one key came and went.
 *
 * A JavaScript `Map` keeps the place of a deleted entry until it grows or shrinks as a whole. In a
 * large one, a key that is set and deleted over and over leaves a chain of dead places that each
 * look-up walks (measured on Node 20: 90 ns with 10 other entries, 85 us with 100,000). Here the
 * place of a deleted entry waits for its key, and all such places go once they are many, and more
 * than the living ones. Only keys are kept in them, no values.
 */
export class SteadyMap<K, V extends object> {
  #places = new Map<K, V | undefined>();
  #empty = 0;

  get size(): number {
    return this.#places.size - this.#empty;
  }

  get(key: K): V | undefined {
    return this.#places.get(key);
  }

  has(key: K): boolean {
    return this.#places.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    const places = this.#places;
    const { size } = places;
    const wasLiving = this.#empty === 0 || places.get(key) !== undefined;
    places.set(key, value);
    if (!wasLiving && places.size === size) this.#empty -= 1;
  }

  delete(key: K): boolean {
    const value = this.#places.get(key);
    return value !== undefined && this.deleteIf(key, value);
  }

  /** By identity: false where another value, or none, is under this key. */
  deleteIf(key: K, value: V): boolean {
    if (this.#places.get(key) !== value) return false;
    this.#places.set(key, undefined);
    this.#empty += 1;
    if (this.#empty > FEW && this.#empty > this.size) this.#tidy();
    return true;
  }

  *values(): Generator<V, void> {
    for (const value of this.#places.values()) if (value !== undefined) yield value;
  }

  *[Symbol.iterator](): Generator<[K, V], void> {
    for (const [key, value] of this.#places) if (value !== undefined) yield [key, value];
  }

  #tidy(): void {
    this.#places = new Map(this);
    this.#empty = 0;
  }
}
