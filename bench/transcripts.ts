/** Session files to measure on, and records to put into them. */
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;

/** A record whose line is 1 KiB long, its end included. */
export const RECORD: object = recordOf(KIB);
/** The line of that record, without its end. */
export const LINE: string = JSON.stringify(RECORD);

function recordOf(lineBytes: number): object {
  const record = { type: 'message', id: '7f0c2a94', role: 'assistant', content: '' };
  const rest = lineBytes - JSON.stringify(record).length - 1;
  const words = 'what the model answers, as it is kept in the transcript; ';
  return { ...record, content: words.repeat(Math.ceil(rest / words.length)).slice(0, rest) };
}

export function sizeName(sizeBytes: number): string {
  return sizeBytes < MIB ? `${sizeBytes / KIB} KiB` : `${sizeBytes / MIB} MiB`;
}

/** Gives the task a folder that is gone afterwards, also where the process is told to stop. */
export async function inFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'penholder-bench-'));
  const remove = (): void => {
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const stop = (): void => process.exit(1);
  process.once('exit', remove);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await task(folder);
  } finally {
    process.off('exit', remove);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    remove();
  }
}

/** A file of whole lines, on the disk, so that no writing back of it falls into a sample. */
export function makeFile(folder: string, name: string, sizeBytes: number): string {
  const file = path.join(folder, name);
  const chunk = Buffer.from(`${LINE}\n`.repeat(Math.min(sizeBytes, MIB) / KIB));
  const fd = fs.openSync(file, 'wx');
  for (let size = 0; size < sizeBytes; size += chunk.length) fs.writeSync(fd, chunk);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  return file;
}

/** Whether a file has grown by more than a tenth, and has to be cut back. */
export function hasGrown(file: string, sizeBytes: number): boolean {
  return fs.statSync(file).size > sizeBytes * 1.1;
}

/** Reads a file to its end, in pieces, and throws the bytes away. */
export async function readThrough(
  file: string,
  onChunk: (chunk: Buffer | string) => void,
): Promise<void> {
  const stream = fs.createReadStream(file, { highWaterMark: MIB });
  stream.on('data', onChunk);
  await once(stream, 'end');
}
