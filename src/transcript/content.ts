import { createHash, type Hash } from 'node:crypto';

const BLOCK_BYTES = 1_048_576;
const NEWLINE = 10;

/**
 * What the bytes of a file are, as far as it takes to recognise them: one digest for each block,
 * and where the last line begins. It grows with the file, at the cost of what is added.
 */
export class Content {
  sizeBytes = 0;
  /** Where the last line begins: at the end of the file, if that is a newline. */
  lineStart = 0;
  // Not private, like all that is kept at a gate: two copies of this package may share it.
  readonly blocks: string[];
  /** Of the last block, as long as that is not full. */
  partial: Hash | undefined;

  constructor(blocks: string[] = []) {
    this.blocks = blocks;
  }

  /** Whether the last line has no newline. */
  get endsInLine(): boolean {
    return this.lineStart < this.sizeBytes;
  }

  add(bytes: Buffer): void {
    const newline = bytes.lastIndexOf(NEWLINE);
    if (newline >= 0) this.lineStart = this.sizeBytes + newline + 1;
    let from = 0;
    while (from < bytes.length) {
      const room = BLOCK_BYTES - (this.sizeBytes % BLOCK_BYTES);
      const part = from === 0 && bytes.length <= room ? bytes : bytes.subarray(from, from + room);
      this.partial ??= createHash('sha256');
      this.partial.update(part);
      this.sizeBytes += part.length;
      from += part.length;
      if (this.sizeBytes % BLOCK_BYTES === 0) this.#closeBlock();
    }
  }

  copy(): Content {
    const copy = new Content([...this.blocks]);
    copy.sizeBytes = this.sizeBytes;
    copy.lineStart = this.lineStart;
    copy.partial = this.partial?.copy();
    return copy;
  }

  /** Whether what was read so far begins, block by block, as this content does. */
  agreesWith(read: Content): boolean {
    const index = read.blocks.length - 1;
    return index < 0 || index >= this.blocks.length || this.blocks[index] === read.blocks[index];
  }

  equals(other: Content): boolean {
    return (
      this.sizeBytes === other.sizeBytes &&
      this.blocks.every((digest, index) => digest === other.blocks[index]) &&
      digestOf(this.partial) === digestOf(other.partial)
    );
  }

  #closeBlock(): void {
    if (this.partial) this.blocks.push(this.partial.digest('base64'));
    this.partial = undefined;
  }
}

function digestOf(hash: Hash | undefined): string | undefined {
  return hash?.copy().digest('base64');
}
