import nodePath, { type PlatformPath } from 'node:path';
import type { AsyncFs, Facts, Question, SyncFs } from '../../../src/identity/questions.js';
import { Volumes } from '../../../src/identity/volumes.js';

interface Node {
  readonly kind: Facts['kind'];
  readonly dev: number;
  readonly ino: number;
  links: number;
  readonly target: string;
  /** As it is looked up -> as it was created. */
  readonly entries: Map<string, { name: string; node: Node }>;
}

export interface FakeOptions {
  /** The device of the root, and whether it folds case. */
  readonly dev?: number;
  readonly folds?: boolean;
  readonly path?: PlatformPath;
  readonly root?: string;
  readonly foldsByHabit?: boolean;
}

/** A file system in memory that folds case where it is told to, and fails or changes on cue. */
export class FakeFs implements SyncFs {
  readonly volumes: Volumes = new Volumes();
  readonly foldsByHabit: boolean;
  readonly path: PlatformPath;
  /** Every question that was asked, in order. */
  readonly asked: Question[] = [];
  /** Called before each question; what it throws is the answer. */
  onQuestion: (question: Question) => void = () => {};
  readonly #folding = new Set<number>();
  readonly #root: Node;
  readonly #rootName: string;
  #inodes = 1;

  constructor(options: FakeOptions = {}) {
    const { dev = 1, folds = false, path = nodePath.posix, root = '/' } = options;
    this.path = path;
    this.foldsByHabit = options.foldsByHabit ?? false;
    if (folds) this.#folding.add(dev);
    this.#rootName = root;
    this.#root = this.#node('directory', dev);
  }

  /** Creates directories as `mkdir -p` does. */
  dir(path: string): this {
    this.#make(path);
    return this;
  }

  /** A directory with a volume of its own. */
  mount(path: string, { dev, folds, ino }: { dev: number; folds: boolean; ino?: number }): this {
    if (folds) this.#folding.add(dev);
    this.#put(path, this.#node('directory', dev, '', ino));
    return this;
  }

  file(path: string, dev?: number): this {
    this.#put(path, this.#node('file', dev ?? this.#make(this.path.dirname(path)).dev));
    return this;
  }

  other(path: string): this {
    this.#put(path, this.#node('other', this.#make(this.path.dirname(path)).dev));
    return this;
  }

  link(path: string, target: string): this {
    this.#put(path, this.#node('link', this.#make(this.path.dirname(path)).dev, target));
    return this;
  }

  hardLink(path: string, to: string): this {
    const node = this.#walk(to, false).node;
    node.links += 1;
    this.#put(path, node);
    return this;
  }

  remove(path: string): this {
    const directory = this.#walk(this.path.dirname(path), true).node;
    directory.entries.delete(this.#lookup(directory, this.path.basename(path)));
    return this;
  }

  /** Answers the next questions like `onQuestion`, for those that match only. */
  before(ask: Question['ask'], path: string, act: () => void): this {
    this.onQuestion = (question) => {
      if (question.ask === ask && question.path === path) act();
    };
    return this;
  }

  /** The same answers, each a turn of the event loop later. */
  later(): AsyncFs {
    const { volumes, foldsByHabit, path } = this;
    const later =
      <T>(answer: (path: string) => T) =>
      async (path: string): Promise<T> => {
        await Promise.resolve();
        return answer(path);
      };
    return {
      volumes,
      foldsByHabit,
      path,
      realpath: later(this.realpath),
      readlink: later(this.readlink),
      lstat: later(this.lstat),
      stat: later(this.stat),
      list: later(this.list),
    };
  }

  readonly realpath = (path: string): string => {
    this.#note('realpath', path);
    return this.#walk(path, true).path;
  };

  readonly readlink = (path: string): string => {
    this.#note('readlink', path);
    const { node } = this.#walk(path, false);
    if (node.kind !== 'link') throw systemError('EINVAL');
    return node.target;
  };

  readonly lstat = (path: string): Facts => {
    this.#note('lstat', path);
    return this.#walk(path, false).node;
  };

  readonly stat = (path: string): Facts => {
    this.#note('stat', path);
    return this.#walk(path, true).node;
  };

  readonly list = (path: string): string[] => {
    this.#note('list', path);
    return [...this.#walk(path, true).node.entries.values()].map(({ name }) => name);
  };

  #note(ask: Question['ask'], path: string): void {
    this.asked.push({ ask, path });
    this.onQuestion({ ask, path });
  }

  /** As a kernel does it, name by name; keeps the spelling that was asked for, as Linux does. */
  #walk(path: string, followLast: boolean, hops = 0): { path: string; node: Node } {
    let at = [{ path: this.#rootName, node: this.#root }];
    const names = this.#names(path);
    for (const [index, name] of names.entries()) {
      const here = at.at(-1) ?? { path: this.#rootName, node: this.#root };
      if (here.node.kind !== 'directory') throw systemError('ENOTDIR');
      if (name === '..') {
        if (at.length > 1) at = at.slice(0, -1);
        continue;
      }
      const entry = here.node.entries.get(this.#lookup(here.node, name));
      if (!entry) throw systemError('ENOENT');
      const childPath = this.path.join(here.path, name);
      if (entry.node.kind !== 'link' || (index === names.length - 1 && !followLast)) {
        at = [...at, { path: childPath, node: entry.node }];
        continue;
      }
      if (hops >= 40) throw systemError('ELOOP');
      const rest = names.slice(index + 1).map((each) => this.path.sep + each);
      const { target } = entry.node;
      const start = this.path.isAbsolute(target) ? '' : here.path + this.path.sep;
      return this.#walk(start + target + rest.join(''), followLast, hops + 1);
    }
    return at.at(-1) ?? { path: this.#rootName, node: this.#root };
  }

  #names(path: string): string[] {
    return path
      .slice(this.path.parse(path).root.length)
      .split(this.path.sep)
      .filter((name) => name !== '' && name !== '.');
  }

  #lookup(directory: Node, name: string): string {
    return this.#folding.has(directory.dev) ? name.normalize('NFC').toLowerCase() : name;
  }

  #node(kind: Facts['kind'], dev: number, target = '', ino = this.#inodes++): Node {
    // As on most file systems, a directory has more than one link.
    const links = kind === 'directory' ? 2 : 1;
    return { kind, dev, ino, links, target, entries: new Map() };
  }

  #make(path: string): Node {
    let node = this.#root;
    for (const name of this.#names(path)) {
      const key = this.#lookup(node, name);
      const entry = node.entries.get(key) ?? { name, node: this.#node('directory', node.dev) };
      node.entries.set(key, entry);
      node = entry.node;
    }
    return node;
  }

  #put(path: string, node: Node): void {
    const name = this.path.basename(path);
    const directory = this.#make(this.path.dirname(path));
    directory.entries.set(this.#lookup(directory, name), { name, node });
  }
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code, syscall: 'test' });
}
