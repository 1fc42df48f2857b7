import type { GuestWrite } from '../types.js';

/** What others have written during a turn, until somebody takes it. */
export class GuestWrites {
  #writes: GuestWrite[] = [];

  /** What follows the write before it, of the same writer, is one with it. */
  note(write: GuestWrite): void {
    const last = this.#writes.at(-1);
    const isNext = last && last.offsetBytes + last.lengthBytes === write.offsetBytes;
    if (!isNext || last.label !== write.label) {
      this.#writes.push(write);
      return;
    }
    const lengthBytes = last.lengthBytes + write.lengthBytes;
    this.#writes[this.#writes.length - 1] = { ...last, lengthBytes };
  }

  take(): readonly GuestWrite[] {
    const writes = this.#writes;
    this.#writes = [];
    return writes;
  }
}
