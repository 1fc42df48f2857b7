import { basename } from 'node:path';
import type { InvalidSessionFileError } from '../../errors/setup-errors.js';
import { type FileId, readFileId } from '../../identity/file-id.js';
import { SteadyMap } from '../../support/steady-map.js';
import type { FileQueue } from '../file/file-queue.js';

/**
 * Which file in use owns which device and inode, so that a hard link or a bind mount of a file is
 * that file. Holds files in use only.
 */
export class FileIds {
  readonly #byId = new SteadyMap<string, FileQueue>();
  /** Files in use that did not exist when somebody last looked. */
  readonly #unseen = new Set<FileQueue>();

  get size(): number {
    return this.#byId.size + this.#unseen.size;
  }

  /**
   * The other file in use that this file is a second name of, if any.
   *
   * @param own the file in use under the key of this file
   */
  aliasOf(realPath: string, id: FileId, own: FileQueue | undefined): FileQueue | undefined {
    const other = this.#byId.get(id.id) ?? this.#lookAgain(realPath, id);
    if (other === undefined || other === own) return undefined;
    // An inode that was freed may have been given to another file since.
    this.look(other);
    return this.#byId.get(id.id) === other ? other : undefined;
  }

  /** Looks what the file of this queue is now. What has become of it is nobody else's failure. */
  look(queue: FileQueue): void {
    try {
      this.note(queue, readFileId(queue.realPath, queue.realPath));
    } catch (error) {
      const { reason } = error as Partial<InvalidSessionFileError>;
      // What cannot be looked at now is taken for what it was.
      if (reason !== 'unreachable') this.note(queue, undefined);
    }
  }

  /** Records what the file of this queue is now. */
  note(queue: FileQueue, id: FileId | undefined): void {
    if (queue.fileId !== undefined && queue.fileId === id?.id) return;
    this.forget(queue);
    queue.fileId = id?.id;
    if (id === undefined) this.#unseen.add(queue);
    else if (!this.#byId.has(id.id)) this.#byId.set(id.id, queue);
  }

  forget(queue: FileQueue): void {
    if (this.size === 0) return;
    this.#unseen.delete(queue);
    if (queue.fileId !== undefined) this.#byId.deleteIf(queue.fileId, queue);
    queue.fileId = undefined;
  }

  /**
   * A file may have come into being, or been replaced, since its owner was granted. Its other name
   * is then either one of several links, or a bind mount, which keeps the name of the file.
   */
  #lookAgain(realPath: string, id: FileId): FileQueue | undefined {
    const name = basename(realPath);
    const suspects =
      id.links > 1
        ? [...this.#unseen, ...this.#byId.values()]
        : [...this.#unseen].filter((queue) => basename(queue.realPath) === name);
    for (const queue of suspects) this.look(queue);
    return this.#byId.get(id.id);
  }
}
