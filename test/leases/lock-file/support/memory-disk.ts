/** A file as it is known under one or more names. */
interface Node {
  readonly text: string;
  readonly mtimeMs: number;
}

type Folder = Map<string, Node>;

/** What a memory disk does differently from a local one. */
export interface DiskTraits {
  readonly hasNoLinks?: boolean;
  readonly isFarAway?: boolean;
}

const NFS = 0x6969;

/** Folders of files, as locks use them; each method is one step that nobody sees half done. */
export class MemoryDisk {
  readonly folders: Map<string, Folder> = new Map();
  /** What the last change renamed within its folder: a listing in that very moment may miss it. */
  justRenamed: string | undefined;
  /** Of everybody, in milliseconds. */
  clockMs = 1_000;
  readonly #traits: DiskTraits;

  constructor(traits: DiskTraits = {}) {
    this.#traits = traits;
  }

  clone(): MemoryDisk {
    const copy = new MemoryDisk(this.#traits);
    for (const [path, folder] of this.folders) copy.folders.set(path, new Map(folder));
    copy.justRenamed = this.justRenamed;
    copy.clockMs = this.clockMs;
    return copy;
  }

  /** The time, at which nothing else happens. */
  tick(): number {
    this.clockMs += 1;
    return this.clockMs;
  }

  /** Equal for disks between which nobody can tell. */
  key(): string {
    const told = [...this.folders].map(([path, folder]) => {
      const files = [...folder].map(([name, { text }]) => `${name}=${text}`).sort();
      files.push(String(folder.get('epoch')?.mtimeMs));
      return `${path}:${files.join(',')}`;
    });
    return `${told.sort().join(';')}|${this.justRenamed ?? ''}`;
  }

  /** @param isMissing whether what is just being renamed is seen under neither name */
  list(folder: string, isMissing = false): string[] {
    const names = [...this.#folder(folder).keys()].sort();
    return isMissing ? names.filter((name) => `${folder}/${name}` !== this.justRenamed) : names;
  }

  lookAt(path: string): { mtimeMs: number; size: number; isFile: boolean; isFolder: boolean } {
    if (this.folders.has(path)) return { mtimeMs: 0, size: 0, isFile: false, isFolder: true };
    const { text, mtimeMs } = this.#file(path);
    return { mtimeMs, size: text.length, isFile: true, isFolder: false };
  }

  makeFolder(path: string): void {
    if (!this.folders.has(path)) this.folders.set(path, new Map());
  }

  create(path: string, text: string): void {
    const { folder, name } = this.#place(path);
    if (folder.has(name)) throw systemError('EEXIST');
    folder.set(name, { text, mtimeMs: this.tick() });
  }

  link(from: string, to: string): void {
    if (this.#traits.hasNoLinks === true) throw systemError('EPERM');
    const node = this.#file(from);
    const { folder, name } = this.#place(to);
    if (folder.has(name)) throw systemError('EEXIST');
    this.#changed();
    folder.set(name, node);
  }

  rename(from: string, to: string): void {
    const moved = this.folders.get(from);
    if (moved !== undefined) {
      if ((this.folders.get(to)?.size ?? 0) > 0) throw systemError('ENOTEMPTY');
      this.folders.delete(from);
      this.folders.set(to, moved);
      this.#changed();
      return;
    }
    const node = this.#file(from);
    const target = this.#place(to);
    const source = this.#place(from);
    source.folder.delete(source.name);
    target.folder.set(target.name, node);
    this.#changed();
    this.justRenamed = to;
  }

  unlink(path: string): void {
    this.#file(path);
    const { folder, name } = this.#place(path);
    folder.delete(name);
  }

  remove(path: string): void {
    this.folders.delete(path);
    const at = path.lastIndexOf('/');
    this.folders.get(path.slice(0, at))?.delete(path.slice(at + 1));
    this.#changed();
  }

  touch(path: string): void {
    this.#file(path);
  }

  read(path: string): string {
    return this.#file(path).text;
  }

  volumeType(): number {
    return this.#traits.isFarAway === true ? NFS : 0;
  }

  #changed(): void {
    this.justRenamed = undefined;
  }

  #folder(path: string): Folder {
    const folder = this.folders.get(path);
    if (folder === undefined) throw systemError('ENOENT');
    return folder;
  }

  #place(path: string): { folder: Folder; name: string } {
    const at = path.lastIndexOf('/');
    return { folder: this.#folder(path.slice(0, at)), name: path.slice(at + 1) };
  }

  #file(path: string): Node {
    const { folder, name } = this.#place(path);
    const node = folder.get(name);
    if (node === undefined) throw systemError('ENOENT');
    return node;
  }
}

export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: played by a test`), { code });
}
