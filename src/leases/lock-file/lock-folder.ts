import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { lockDisk } from './lock-disk.js';

/** How often the folder may be removed while a file is made in it. */
const TRIES = 20;
const LIMIT_BYTES = 64 * 1_024;

/** A folder of small files that appear whole, in one step, and at most once under a name. */
export class LockFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined where there is no folder. @throws what the file system says */
  names(): string[] | undefined {
    try {
      return lockDisk.list(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Undefined where it is no file, too long, or gone. */
  read(name: string): string | undefined {
    const path = this.at(name);
    try {
      const { isFile, size } = lockDisk.lookAt(path);
      return isFile && size <= LIMIT_BYTES ? lockDisk.read(path) : undefined;
    } catch {
      return undefined;
    }
  }

  /** A file under a name that nobody else uses; its name. */
  prepare(purpose: 'new' | 'wait', text: string): string {
    const name = `${purpose}-${process.pid}-${randomUUID()}`;
    this.#create(name, text);
    return name;
  }

  /** An empty file, where there is none of this name. */
  createOnce(name: string): void {
    try {
      this.#create(name, '');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** When a file, or the folder, was touched; undefined where it is gone. @throws what the file system says */
  timeOf(name = ''): number | undefined {
    try {
      return lockDisk.lookAt(name === '' ? this.path : this.at(name)).mtimeMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Makes the folder where it is missing, which somebody may remove again at any time. */
  #create(name: string, text: string): void {
    for (let attempt = 1; ; attempt += 1) {
      try {
        lockDisk.create(this.at(name), text);
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOENT') this.#removeEmpty(attempt > 1);
        if (code !== 'ENOENT' || attempt === TRIES) throw error;
      }
      // Also what is missing above it: a runner's first session may come before its folder.
      lockDisk.makeFolder(this.path);
    }
  }

  /** An empty folder would be taken for the lock of another program. */
  #removeEmpty(isOurs: boolean): void {
    try {
      if (isOurs) lockDisk.removeFolder(this.path);
    } catch {
      // Somebody uses it.
    }
  }

  /** False where the name is there already, or the folder was moved away meanwhile. */
  publish(name: string, text: string): boolean {
    const prepared = this.prepare('new', text);
    try {
      lockDisk.link(this.at(prepared), this.at(name));
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      if (!WITHOUT_LINKS.has(code)) throw error;
      return this.#publishInTwo(name, prepared, error);
    } finally {
      this.forget(prepared);
    }
  }

  /** Whatever was said under this name before. */
  say(name: string, text: string): void {
    const prepared = this.prepare('new', text);
    try {
      lockDisk.rename(this.at(prepared), this.at(name));
    } catch (error) {
      this.forget(prepared);
      throw error;
    }
  }

  /** It is of no use any more; if it stays, whoever comes next clears it. */
  forget(name: string): void {
    try {
      lockDisk.unlink(this.at(name));
    } catch {
      // Gone already, or it cannot be helped.
    }
  }

  /**
   * On a volume without hard links the name is there before its content is. What fails in between
   * is given back, and not removed: a number must not come twice.
   */
  #publishInTwo(name: string, prepared: string, cause: unknown): boolean {
    if (FAR_AWAY.has(lockDisk.volumeType(this.path))) {
      throw Object.assign(new Error('ENOTSUP: no hard links over a network', { cause }), {
        code: 'ENOTSUP',
      });
    }
    try {
      lockDisk.create(this.at(name), '');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      throw error;
    }
    try {
      lockDisk.rename(this.at(prepared), this.at(name));
      return true;
    } catch (error) {
      lockDisk.rename(this.at(name), this.at(`${name}.free`));
      throw error;
    }
  }
}

const WITHOUT_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/** NFS, SMB, CIFS, SMB2, FUSE, 9p, AFS, Ceph: statfs(2). There a name may be given twice. */
const FAR_AWAY: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400,
]);
