import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../src/leases/lock-file/lock-disk.js';
import { useTempDir } from '../support/temp-dir.js';
import { examined, outcomes } from './support/doctor.js';
import { dieHolding, release, startHolder, startWaiter } from './support/holders.js';
import {
  acquire,
  DEAD,
  ELSEWHERE,
  everythingIn,
  markName,
  put,
  putOld,
  record,
  session,
} from './support/locks.js';
import { cli } from './support/run.js';

const GRAVE = 'x.jsonl.lock.gone-00000000-0000-4000-8000-00000000000a';

describe('penholder doctor --fix', () => {
  const dir = useTempDir();

  it('[X5] gives back the claim of a dead holder, and the next run is still told of it', async () => {
    const file = session(dir.join('a.jsonl'));
    const pid = await dieHolding(file);

    const { code, out } = await cli('doctor', '--fix', dir.path);
    const lease = await acquire(file);

    expect(out).toContain(
      '  fixed  Gave the file back. The next run is still told that this one died.',
    );
    expect(out).toMatch(/1 finding; 1 taken care of, 0 left\.\n$/);
    expect(code).toBe(0);
    expect(lease.died).toMatchObject({ pid, runId: `run-of-${pid}` });
    await lease.release();
  });

  it('[X5] tells the next run of the turn that died, where one lease served several', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(DEAD, { runId: 'first' }));
    put(file, '7.who', record(DEAD, { runId: 'second', startBytes: 12 }));

    await cli('doctor', '--fix', dir.path);
    const lease = await acquire(file);

    expect(lease.died).toMatchObject({ runId: 'second', startBytes: 12 });
    await lease.release();
  });

  it('[X3] leaves every file such that the next run has it at once, with a higher token', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '41', record(DEAD));

    await cli('doctor', '--fix', dir.path);
    const lease = await acquire(file);

    expect(lease.fencingToken).toBeGreaterThan(42n);
    await lease.release();
  });

  it('removes marks of the dead, and no others', async () => {
    const file = session(dir.join('a.jsonl'));
    const dead = [
      put(file, markName('wait'), record(DEAD)),
      put(file, markName('new'), record(DEAD)),
    ];
    const others = [
      put(file, markName('wait').replace(/a$/, 'b'), record(ELSEWHERE)),
      put(file, markName('new').replace(/a$/, 'c'), 'half', 900_000),
    ];

    const told = await outcomes('--fix', dir.path);

    expect(told).toEqual(['dead-waiter fixed', 'unreadable-record remains', 'dead-waiter fixed']);
    expect(dead.map((path) => existsSync(path))).toEqual([false, false]);
    expect(others.map((path) => existsSync(path))).toEqual([true, true]);
  });

  it.each(['7', '7.free'])('removes the lock of a session that is gone (%s)', async (name) => {
    put(dir.join('a.jsonl'), name, record(DEAD));
    put(dir.join('a.jsonl'), 'epoch', '6');

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([{ kind: 'gone-session', outcome: 'fixed' }]);
    expect(readdirSync(dir.path)).toEqual([]);
    expect(code).toBe(0);
  });

  it('keeps a lock that holds what is not of this package', async () => {
    put(dir.join('a.jsonl'), '7.free', record(DEAD));
    put(dir.join('a.jsonl'), 'notes.txt', 'precious');
    const before = everythingIn(dir.path);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([{ kind: 'gone-session', canFix: false, outcome: 'remains' }]);
    expect(findings[0]?.toDo).toContain('"notes.txt"');
    expect(everythingIn(dir.path)).toEqual(before);
    expect(code).toBe(1);
  });

  it('removes what another doctor had begun to remove', async () => {
    mkdirSync(dir.join(GRAVE));
    writeFileSync(dir.join(GRAVE, '8'), record(DEAD));

    const told = await outcomes('--fix', dir.path);

    expect(told).toEqual(['left-over-lock fixed']);
    expect(readdirSync(dir.path)).toEqual([]);
  });

  it('leaves what another doctor is removing', async () => {
    mkdirSync(dir.join(GRAVE));
    writeFileSync(dir.join(GRAVE, '8'), record({ instanceId: 'of another doctor' }));

    const told = await outcomes('--fix', dir.path);

    expect(told).toEqual([]);
    expect(readdirSync(dir.path)).toEqual([GRAVE]);
  });

  it('touches nothing of the living, of the unknown and of what is strange', async () => {
    put(session(dir.join('elsewhere.jsonl')), '7', record(ELSEWHERE), 900_000);
    put(session(dir.join('unreadable.jsonl')), '7', 'half', 900_000);
    put(dir.join('not yet.jsonl'), '7', record({ instanceId: 'x' }));
    writeFileSync(dir.join('torn.jsonl'), '{"a"');
    writeFileSync(`${session(dir.join('strange.jsonl'))}.lock`, '');
    const before = everythingIn(dir.path);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings.map(({ outcome }) => outcome)).toEqual(Array(4).fill('remains'));
    expect(everythingIn(dir.path)).toEqual(before);
    expect(code).toBe(1);
  });

  it('[L9] leaves a file to the process that has it, and to the one that waits', async () => {
    const file = dir.join('a.jsonl');
    const holder = await startHolder(file);
    const waiter = await startWaiter(file);
    const has = new Promise((resolve) => waiter.process.once('message', resolve));

    const { code, findings } = await examined('--fix', dir.path);
    await release(holder);

    expect(findings).toEqual([]);
    expect(code).toBe(0);
    await expect(has).resolves.toBe('held');
  });

  it('says what could not be done', async () => {
    put(session(dir.join('a.jsonl')), '7', record(DEAD));
    vi.spyOn(lockDisk, 'link').mockImplementation(() => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    });

    const { code, out } = await cli('doctor', '--fix', dir.path);

    expect(out).toContain('failed');
    expect(out).toContain('It could not be done: the system says: EROFS: read-only file system.');
    expect(code).toBe(1);
  });

  it('says where somebody else was faster', async () => {
    const file = session(dir.join('a.jsonl'));
    putOld(file, '7', record(DEAD));
    const { link } = lockDisk;
    vi.spyOn(lockDisk, 'link').mockImplementationOnce((from, to) => {
      put(file, '8', record({ instanceId: 'x' }));
      link(from, to);
    });

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([
      { outcome: 'gone', did: expect.stringContaining('Left alone') },
    ]);
    expect(code).toBe(0);
  });
});
