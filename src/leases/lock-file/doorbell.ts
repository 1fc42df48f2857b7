import { type FSWatcher, watch } from 'node:fs';
import { isMark } from './sight.js';

/**
 * Rings when something changes in a folder or, where that cannot be watched or is missed, after
 * some time. One `next` at a time.
 */
export class Doorbell {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #answer: (() => void) | undefined;
  /** It rang while nobody was waiting at the door. */
  #hasRung = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves at the next ring, at the latest after so long. Keeps the process alive. */
  next(pollMs: number): Promise<void> {
    this.#watcher ??= this.#watch();
    return new Promise((answer) => {
      this.#answer = answer;
      if (this.#hasRung) this.ring();
      else this.#timer = setTimeout(this.ring, pollMs);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  readonly ring = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const answer = this.#answer;
    this.#answer = undefined;
    this.#hasRung = answer === undefined;
    answer?.();
  };

  /** There are only so many watches in a system; without one the polling has to do. */
  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        // That others wait too, or are about to claim, changes nothing for whoever waits here.
        if (name === null || !isMark(name)) this.ring();
      });
      watcher.on('error', () => {
        watcher.close();
      });
      return watcher;
    } catch {
      return undefined;
    }
  }
}
