import { describe, expect, it } from 'vitest';
import { giveBackDead } from '../../../src/leases/lock-file/clear.js';
import { ownIdentity } from '../../../src/leases/lock-file/identity.js';
import { Ledger } from '../../../src/leases/lock-file/ledger.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { encodeRecord } from '../../../src/leases/lock-file/record.js';
import { useTempDir } from '../../support/temp-dir.js';
import { holderOf } from './support/records.js';
import { request, sessionFile } from './support/requests.js';

/** No process has this id: it is above what the kernel gives. */
const NO_SUCH_PID = 2 ** 30;

/** The record that this provider has just written, as if another process had, which is gone. */
function ofTheDead(text: string | undefined): string {
  const record = JSON.parse(text ?? '') as object;
  const process = { ...ownIdentity(), instanceId: 'gone', pid: NO_SUCH_PID };
  return JSON.stringify({ ...record, process });
}

describe('a death before the first turn of the one who followed', () => {
  const dir = useTempDir();
  const leases = lockFileLeases();
  const file = () => sessionFile(dir.join('a.jsonl'));
  const ledger = () => new Ledger(dir.join('a.jsonl.lock'));

  /** `first` dies in its turn; `second` follows, and dies as well. */
  async function twoDeaths(update: boolean): Promise<void> {
    ledger().follow(ledger().look(), ofTheDead(encodeRecord(holderOf('first'))));
    const lease = await leases.acquire(file(), request('second'));
    if (update) await lease.update(holderOf('second'));
    const said = ledger().read(lease.fencingToken);
    await lease.release();
    // The same claim, and what was said later, in the name of a process that died with it.
    const next = ledger().follow(ledger().look(), ofTheDead(said)) ?? 0n;
    if (update) ledger().describe(next, ofTheDead(encodeRecord(holderOf('second'))));
  }

  it('[X5] [S8] is passed over: the next one is told of the run that was cut off', async () => {
    // Given
    await twoDeaths(false);

    // When
    const next = await leases.acquire(file(), request('third'));

    // Then
    expect(next.died?.runId).toBe('first');
    await next.release();
  });

  it('[X5] [S8] is the one that is told once a turn had begun', async () => {
    // Given
    await twoDeaths(true);

    // When
    const next = await leases.acquire(file(), request('third'));

    // Then
    expect(next.died?.runId).toBe('second');
    await next.release();
  });

  it('[X5] is passed over by the doctor, too', async () => {
    // Given
    await twoDeaths(false);

    // When
    const cleared = giveBackDead(ledger());

    // Then
    expect(cleared).toBe('done');
    const next = await leases.acquire(file(), request('third'));
    expect(next.died?.runId).toBe('first');
    await next.release();
  });
});

describe('a process that ends by itself before its first turn', () => {
  const dir = useTempDir();

  it('[X5] [S8] leaves word of the run that was cut off before it', async () => {
    // Given a lease that was told of a death, and under which no turn began
    const leases = lockFileLeases();
    const file = sessionFile(dir.join('a.jsonl'));
    await (await leases.acquire(file, request('first'))).release(holderOf('cut off'));
    await leases.acquire(file, request('second'));

    // When the exit hooks of this process are called
    const [hook] = process.listeners('exit').slice(-1);
    hook?.call(process, 0);

    // Then
    const next = await lockFileLeases().acquire(file, request('third'));
    expect(next.died?.runId).toBe('cut off');
    await next.release();
    await leases.close();
  });
});
