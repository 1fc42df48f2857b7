import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { turns, useLeasing } from '../support/leasing.js';
import { startLosable } from './support/losable.js';

describe('[T4] a run whose lease is lost', () => {
  const leasing = useLeasing();
  const start = () => startLosable(leasing);

  it('[T5] is refused with RunRevokedError from then on', async () => {
    // Given
    const { run, lose } = await start();
    await run.transcript.append({ a: 1 });
    const lost = lose();

    // When
    const refused = run.transcript.append({ a: 2 });

    // Then
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
      cause: { why: 'lease-lost', cause: lost },
    });
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });

  it('[T5] writes nothing where it only learns of the loss right before the write', async () => {
    // Given
    const { run } = await start();
    await run.transcript.append({ a: 1 });
    leasing.provider.leases[0]?.vanish();

    // When
    const refused = run.transcript.append({ a: 2 });

    // Then
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
      cause: { why: 'lease-lost', cause: { code: 'ERR_SESSION_LEASE_LOST', fencingToken: '1' } },
    });
    expect(run.end).toBe('lease-lost');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });

  it.each([
    ['rewrite', (run: Run) => run.transcript.rewrite(() => Buffer.from('{"b":1}\n'))],
    ['write', (run: Run) => run.transcript.write((path) => writeFile(path, 'x'))],
    ['writeSync', async (run: Run) => run.transcript.writeSync(() => 1)],
    ['enqueue', (run: Run) => run.transcript.enqueue((transcript) => transcript.append({ b: 1 }))],
    ['read', (run: Run) => run.transcript.read()],
    ['dropTornTail', (run: Run) => run.transcript.dropTornTail()],
    ['rotate', (run: Run) => run.transcript.rotate(`${run.sessionFile}.next`)],
  ])('[T5] touches nothing with `%s` then', async (_, use) => {
    // Given
    const { run } = await start();
    await run.transcript.append({ a: 1 });
    leasing.provider.leases[0]?.vanish();

    // When
    const refused = use(run);

    // Then
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
    expect(run.end).toBe('lease-lost');
  });

  it('goes on where nobody can tell right before a write, which is refused', async () => {
    // Given
    const { run } = await start();
    const said = Object.assign(new Error('cannot look'), { code: 'EIO' });
    leasing.provider.lease(1).question = said;
    const refused = run.transcript.append({ a: 1 });
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'ERR_SESSION_LEASE_UNAVAILABLE', reason: 'io', cause: said },
    });
    expect(run.phase).toBe('active');

    // When
    leasing.provider.lease(1).question = undefined;
    await run.transcript.append({ a: 2 });

    // Then
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":2}\n');
    await run.release();
  });

  it('takes an open section from the run', async () => {
    // Given
    const { run, lose } = await start();
    const going = createGate();
    const written = run.transcript.write(async () => {
      await going.opened;
      await run.transcript.append({ late: true });
    });
    await turns();

    // When
    lose();
    going.open();

    // Then
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(run.end).toBe('lease-lost');
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses what was queued and has not begun', async () => {
    // Given
    const { run, lose } = await start();
    const going = createGate();
    const first = run.transcript.enqueue(() => going.opened);
    const second = run.transcript.enqueue((transcript) => transcript.append({ late: true }));
    first.catch(() => undefined);

    // When
    lose();
    going.open();

    // Then
    await expect(second).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
    await turns();
  });
});
