import { appendFileSync, fstatSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { disk } from '../../../src/transcript/disk.js';
import { useDesk } from './support/desk.js';

const desk = useDesk();
const real = { ...disk };

/** What was put on the disk while this was done, in order. */
async function synced(durability: 'os' | 'fsync', work: (run: Run) => unknown): Promise<string[]> {
  const seen: string[] = [];
  const note = (fd: number): void => {
    seen.push(fstatSync(fd).isDirectory() ? 'folder' : 'file');
  };
  vi.spyOn(disk, 'sync').mockImplementation((fd) => {
    note(fd);
    real.sync(fd);
  });
  vi.spyOn(disk, 'syncLater').mockImplementation((fd) => {
    note(fd);
    return real.syncLater(fd);
  });
  const coordinator = desk.open({ durability });
  await coordinator.run({ sessionFile: desk.file }, async (run) => {
    await work(run);
  });
  return seen;
}

const append = (run: Run): unknown => run.transcript.append({ n: 2 });
const rewrite = (run: Run): unknown => run.transcript.rewrite(() => '{"n":0}\n');
const queued = (run: Run): unknown => run.transcript.enqueue((transcript) => transcript.append(2));
const wrapped = (run: Run): unknown =>
  run.transcript.write((path) => {
    appendFileSync(path, '2\n');
  });
const wrappedNow = (run: Run): unknown =>
  run.transcript.writeSync((path) => {
    appendFileSync(path, '2\n');
  });
const failing = async (run: Run): Promise<void> => {
  const fail = (path: string): never => {
    appendFileSync(path, '2\n');
    throw new Error('of the code inside');
  };
  expect(() => run.transcript.writeSync(fail)).toThrow('of the code inside');
};

describe('durability', () => {
  it.each([
    ['append', append, ['file']],
    ['a queued write', queued, ['file']],
    ['rewrite', rewrite, ['file', 'folder']],
    ['write', wrapped, ['file']],
    ['writeSync', wrappedNow, ['file']],
    ['writeSync that throws', failing, ['file']],
    ['write that writes nothing', (run: Run) => run.transcript.write(() => 1), []],
    ['read', (run: Run) => run.transcript.read(), []],
  ])('fsync: %s is on the disk when it settles', async (_, work, expected) => {
    desk.given('{"n":1}\n');

    expect(await synced('fsync', work)).toEqual(expected);
  });

  it.each([
    ['append', append],
    ['rewrite', rewrite],
  ])('fsync: the name of a file that %s creates is on the disk, too', async (_, work) => {
    expect(await synced('fsync', work)).toEqual(['file', 'folder']);
  });

  it.each([
    ['append', append, []],
    ['a queued write', queued, []],
    ['write', wrapped, []],
    ['writeSync', wrappedNow, []],
    ['rewrite, whose rename must not come before its bytes,', rewrite, ['file']],
  ])('os: %s waits for no disk', async (_, work, expected) => {
    desk.given('{"n":1}\n');

    expect(await synced('os', work)).toEqual(expected);
  });

  it('may be chosen for each request', async () => {
    const sync = vi.spyOn(disk, 'syncLater');
    const coordinator = desk.open();
    const request = { sessionFile: desk.file, durability: 'fsync' } as const;

    await coordinator.run(request, append);

    expect(sync).toHaveBeenCalledTimes(2);
  });

  it('fsync: cuts a torn tail on the disk, so that it does not come back', async () => {
    desk.given('{"n":1}\n{"n":');

    expect(await synced('fsync', (run) => run.transcript.dropTornTail())).toEqual(['file']);
  });
});
