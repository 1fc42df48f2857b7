import type { GuestWrite } from '../../../../src/index.js';

/** What one call has done to the bytes, or has seen of them. */
export type Deed =
  | { readonly type: 'append'; readonly lines: string; readonly guest: GuestOf | undefined }
  | { readonly type: 'direct'; readonly text: string }
  | { readonly type: 'replace'; readonly seen: string | undefined; readonly text: string }
  | { readonly type: 'read'; readonly seen: string }
  | { readonly type: 'cut'; readonly seen: string }
  | { readonly type: 'refused as torn' };

/** A guest, and the run that has to be told of it. */
export interface GuestOf {
  readonly label: string;
  readonly owner: object | undefined;
}

interface Entry {
  readonly section: number;
  readonly order: number;
  readonly path: string;
  readonly what: string;
  readonly deed: Deed;
}

/** The files as they must be: what was acknowledged, in the order of the sections. */
export class Replay {
  readonly contents = new Map<string, string>();
  readonly faults: string[] = [];
  deeds = 0;
  readonly #guestWrites = new Map<object, GuestWrite[]>();
  #entries: Entry[] = [];

  /** @param order within the section */
  note(section: number, order: number, path: string, what: string, deed: Deed): void {
    this.deeds += 1;
    this.#entries.push({ section, order, path, what, deed });
  }

  /** Takes everything that is known into the contents. */
  settle(): void {
    const entries = this.#entries;
    this.#entries = [];
    entries.sort((one, other) => one.section - other.section || one.order - other.order);
    for (const entry of entries) this.#take(entry);
  }

  /** What this owner must have been told of its guests, neighbours joined. */
  guestWritesOf(owner: object): readonly GuestWrite[] {
    return joined(this.#guestWrites.get(owner) ?? []);
  }

  #take({ path, what, deed }: Entry): void {
    const before = this.contents.get(path) ?? '';
    switch (deed.type) {
      case 'append': {
        const text = behind(before, deed.lines);
        if (text === undefined) this.faults.push(`${what} extended a torn line`);
        else this.#append(path, before, text, deed.guest);
        return;
      }
      case 'direct':
        this.contents.set(path, before + deed.text);
        return;
      case 'replace':
        if (deed.seen !== undefined) this.#compare(what, before, deed.seen);
        this.contents.set(path, deed.text);
        return;
      case 'read':
        this.#compare(what, before, deed.seen);
        return;
      case 'cut': {
        const tail = behind(before, '') === undefined ? lastLine(before) : '';
        this.#compare(what, tail, deed.seen);
        this.contents.set(path, before.slice(0, before.length - tail.length));
        return;
      }
      case 'refused as torn':
        if (behind(before, '') !== undefined)
          this.faults.push(`${what} was refused on whole lines`);
    }
  }

  #append(path: string, before: string, text: string, guest: GuestOf | undefined): void {
    this.contents.set(path, before + text);
    if (guest?.owner === undefined) return;
    const writes = this.#guestWrites.get(guest.owner) ?? [];
    this.#guestWrites.set(guest.owner, writes);
    const [offsetBytes, lengthBytes] = [Buffer.byteLength(before), Buffer.byteLength(text)];
    writes.push({ label: guest.label, offsetBytes, lengthBytes });
  }

  #compare(what: string, expected: string, seen: string): void {
    if (expected === seen) return;
    this.faults.push(`${what} saw ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

/** What an append puts behind a content; undefined where that ends inside a record. */
function behind(before: string, lines: string): string | undefined {
  const last = lastLine(before);
  if (last === '') return lines;
  try {
    JSON.parse(last);
    return `\n${lines}`;
  } catch {
    return undefined;
  }
}

/** Neighbours with one label count as one, however often somebody asked in between. */
export function joined(writes: readonly GuestWrite[]): readonly GuestWrite[] {
  const all: GuestWrite[] = [];
  for (const write of writes) {
    const last = all.at(-1);
    const isNext = last !== undefined && last.label === write.label;
    if (isNext && last.offsetBytes + last.lengthBytes === write.offsetBytes) {
      const lengthBytes = last.lengthBytes + write.lengthBytes;
      all[all.length - 1] = { ...last, lengthBytes };
    } else all.push(write);
  }
  return all;
}
