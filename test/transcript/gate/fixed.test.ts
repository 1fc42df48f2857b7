import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { disk } from '../../../src/transcript/disk.js';
import { until } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { errorOf, hold, stateNow } from './support/hold.js';

type Write = (run: Run, sessions: Coordinator) => unknown;
const WRITES: [string, Write][] = [
  ['append()', (run) => run.transcript.append('x')],
  ['appendLines()', (run) => run.transcript.appendLines('1')],
  ['a queued write', (run) => run.transcript.enqueue((transcript) => transcript.append('x'))],
  ['rewrite()', (run) => run.transcript.rewrite(() => 'x')],
  ['dropTornTail()', (run) => run.transcript.dropTornTail()],
  ['write()', (run) => run.transcript.write(() => 'x')],
  ['writeSync()', (run) => run.transcript.writeSync(() => 'x')],
  ['a guest write', (run, sessions) => sessions.write(run.sessionFile, (t) => t.append('x'))],
  ['rotate()', (run) => run.transcript.rotate(`${run.sessionFile}.next`)],
  ['prompt()', (run) => run.prompt(() => 'x')],
];

describe('inside the update of rewrite()', () => {
  const desk = useDesk();

  it.each(WRITES)('[L11] %s is refused, since it would be lost', async (_, write) => {
    // Given a rewrite whose update writes
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('"old"\n'), runId: 'me' });
    const refused = createGate<unknown>();
    const update = async (current: Buffer): Promise<Buffer> => {
      refused.open(await errorOf((async () => await write(run, sessions))()));
      return Buffer.concat([current, Buffer.from('"new"\n')]);
    };

    // When it runs
    await run.transcript.rewrite(update);

    // Then what it wrote was refused, and the rewrite goes on
    expect(await refused.opened).toMatchObject({
      code: 'ERR_SESSION_DEADLOCK',
      chain: [{ run: { runId: 'me' }, waitsFor: 'the end of rewrite' }],
    });
    expect(desk.records()).toEqual(['old', 'new']);
    await run.release();
  });

  it('reading is allowed, and shows the old content', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });

    await run.transcript.rewrite(async (current) => {
      const bytes = await run.transcript.read();
      const { records } = await run.transcript.readRecords();
      return JSON.stringify([records, bytes.equals(current)]);
    });

    expect(readFileSync(desk.file(), 'utf8')).toBe('[["old"],true]');
    await run.release();
  });

  it('writing is allowed again once it has answered', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });

    await run.transcript.write(async () => {
      await run.transcript.rewrite(() => '"new"\n');
      await run.transcript.append('next');
    });

    expect(desk.records()).toEqual(['new', 'next']);
    await run.release();
  });

  it('writing is allowed again once it has failed', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });

    await run.transcript.write(async () => {
      const failed = run.transcript.rewrite(() => Promise.reject(new Error('update')));
      await expect(failed).rejects.toThrow('update');
      await run.transcript.append('next');
    });

    expect(desk.records()).toEqual(['old', 'next']);
    await run.release();
  });

  it('code outside of it waits, as for any section', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });
    const update = await hold<Buffer>((code) =>
      run.transcript.rewrite(async (current) => {
        await code(current);
        return '"new"\n';
      }),
    );

    const next = run.transcript.append('next');

    expect(await stateNow(next)).toBe('pending');
    await update.leave();
    await next;
    expect(desk.records()).toEqual(['new', 'next']);
    await run.release();
  });

  it('[F2] an append beside a rewrite in one section is no takeover', async () => {
    // Given a rewrite inside a section, whose temporary file is being synced
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });
    const synced = createGate();
    const sync = vi.spyOn(disk, 'syncLater').mockImplementation(() => synced.opened);
    let append: Promise<void> | undefined;
    const outcome = run.transcript.write(async () => {
      const rewrite = run.transcript.rewrite(() => '"new"\n');
      await until(() => sync.mock.calls.length === 1);

      // When code inside appends meanwhile
      append = run.transcript.append('next');
      append.catch(() => {});
      synced.open();
      await rewrite;
    });

    // Then it comes after the rewrite, or is refused; the run is not told of strangers
    await outcome;
    await append?.catch(() => {});
    expect(run.signal.aborted).toBe(false);
    expect(desk.records()[0]).toBe('new');
    await run.release();
  });

  it('[F7] what a stranger writes while it runs is still found', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.seed('"old"\n') });

    const outcome = run.transcript.rewrite(() => {
      writeFileSync(desk.file(), '"foreign"\n');
      return '"new"\n';
    });

    await expect(outcome).rejects.toMatchObject({ code: 'ERR_SESSION_TAKEOVER' });
    expect(desk.records()).toEqual(['foreign']);
    await run.release();
  });
});
