import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LockReport } from '../../src/cli/lock-report.js';
import { useTempDir } from '../support/temp-dir.js';
import { cli, cliJson } from './support/run.js';
import { dieHolding, startHolder, startWaiter } from './support/holders.js';
import {
  acquire,
  DEAD,
  ELSEWHERE,
  everythingIn,
  markName,
  put,
  record,
  session,
} from './support/locks.js';

describe('penholder who', () => {
  const dir = useTempDir();

  it('[V1] names the process that has the file, and those that wait', async () => {
    const file = session(dir.join('a.jsonl'));
    const { pid } = (await startHolder(file)).process;
    const waiter = (await startWaiter(file)).process;

    const { code, out } = await cli('who', file);

    expect(out).toContain(`${file}: held\n`);
    expect(out).toMatch(new RegExp(`held by +person run run-of-${pid} of session key "key of l"`));
    expect(out).toMatch(new RegExp(`process +${pid} on .*; started .* UTC \\(.* ago\\)`));
    expect(out).toMatch(/alive +yes: its process runs, since the same moment/);
    expect(out).toMatch(/file +27 bytes; when the turn began 0 bytes \(\+27\)/);
    expect(out).toMatch(new RegExp(`waiting +person run run-of-${waiter.pid}`));
    expect(code).toBe(0);
  });

  it('[V1] tells the same as JSON', async () => {
    const file = session(dir.join('a.jsonl'));
    const { pid } = (await startHolder(file)).process;
    const waiter = (await startWaiter(file)).process;

    const report = await cliJson<LockReport>('who', file);

    expect(report).toMatchObject({
      ...{ format: 1, sessionFile: file, lockPath: `${file}.lock`, state: 'held' },
      ...{ liveness: 'alive', holder: { pid, kind: 'person' }, fileBytes: 27, died: null },
      waiting: [{ holder: { pid: waiter.pid }, liveness: 'alive' }],
    });
  });

  it('[X5] tells that a holder died, and how that is known', async () => {
    const file = session(dir.join('a.jsonl'));
    const pid = await dieHolding(file);

    const { code, out } = await cli('who', file);

    expect(out).toContain(': its holder died; the next run takes it at once\n');
    expect(out).toContain(`person run run-of-${pid} `);
    expect(out).toMatch(/alive +no: no process has its id/);
    expect(code).toBe(0);
  });

  it('tells who had a free file last', async () => {
    const file = session(dir.join('a.jsonl'));
    const lease = await acquire(file);
    await lease.release();

    const { out } = await cli('who', file);

    expect(out).toContain(': free\n');
    expect(out).toMatch(/free since +.* UTC \(less than 1 s ago\)/);
    expect(out).toMatch(/before +cron run r-1, in process 99999999 on gw-1/);
    expect(out).toContain(`${lease.fencingToken}, of the last turn`);
  });

  it('tells the run that had the turn last, where one lease served several', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7.free', record(DEAD, { runId: 'first' }));
    put(file, '7.who', record(DEAD, { runId: 'second' }));

    const { former } = await cliJson<LockReport>('who', file);

    expect(former?.runId).toBe('second');
  });

  it('[X5] tells of a free file that the run before it died', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7.free', record(DEAD));
    put(file, '7.died', record(DEAD, { runId: 'r-dead' }));

    const { out } = await cli('who', file);

    expect(out.replace(/\s+/g, ' ')).toContain(
      'It died in the middle of its turn; the next run is told so.',
    );
    expect(out).toContain('r-dead');
  });

  it('[L3] does not judge a process of another machine', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record({ ...ELSEWHERE, pid: 99_999_999 }), 600_000);

    const { out } = await cli('who', file);

    expect(out).toContain('held by somebody of whom it is not known whether it lives');
    expect(out).toMatch(/alive +unknown: it is on another machine/);
    expect(out).toMatch(/last sign +10 min ago .*: long ago; it may be paused, or too\s+busy/);
  });

  it('[L5] says where the record is that tells nothing', async () => {
    const file = session(dir.join('a.jsonl'));
    const path = put(file, '7', '{"version":1,');

    const { code, out } = await cli('who', file);

    expect(out).toContain('held, and its lock does not tell by whom');
    expect(out).toContain(path);
    expect(code).toBe(0);
  });

  it('says that something else is in the place of the lock', async () => {
    const file = session(dir.join('a.jsonl'));
    writeFileSync(`${file}.lock`, 'pid 17');

    const { code, out } = await cli('who', file);

    expect(out).toContain('nobody can have it: a file is in the place of its lock');
    expect(code).toBe(0);
  });

  it('says of a file that never was locked that it is free', async () => {
    const { code, out } = await cli('who', session(dir.join('a.jsonl')));

    expect(out).toContain(': free\n');
    expect(out).toContain('no run has had it yet');
    expect(code).toBe(0);
  });

  it('finds the lock through a link', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(ELSEWHERE));
    symlinkSync(file, dir.join('alias'));

    const { holder, sessionFile } = await cliJson<LockReport>('who', dir.join('alias'));

    expect(holder?.runId).toBe('r-1');
    expect(sessionFile).toBe(file);
  });

  it('tells of a file that its holder has not written yet', async () => {
    put(dir.join('new.jsonl'), '7', record(ELSEWHERE));

    const { code, out } = await cli('who', dir.join('new.jsonl'));

    expect(out).toMatch(/file +there is none yet/);
    expect(code).toBe(0);
  });

  it('counts waiters that died apart', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, markName('wait'), record(DEAD));

    const { out } = await cli('who', file);

    expect(out).toMatch(/waiting +1 process died while waiting/);
  });

  it('shows what holders say of themselves in one line and without control characters', async () => {
    const file = session(dir.join('a\n\u001B[31m.jsonl'));
    put(file, '7', record(ELSEWHERE, { runId: 'r\u001B[2J', sessionKey: 'k\n\u202E', host: '\r' }));

    const { out } = await cli('who', file);

    expect(out).toContain(String.raw`a\n\u001b[31m.jsonl": held`);
    expect(out).toContain(String.raw`cron run "r\u001b[2J" of session key "k\n\u202e"`);
    expect(out).not.toMatch(/[^\P{C}\n]/u);
  });

  it.each([
    { of: 'missing', says: 'There is no ', name: 'none.jsonl' },
    { of: 'a folder', says: 'it is a folder; penholder ls ', name: 'folder' },
    { of: 'a lock', says: 'it is a lock; penholder who ', name: 'b.jsonl.lock' },
    { of: 'below a file', says: 'ENOTDIR', name: 'a.jsonl/x' },
    { of: 'a circle of links', says: 'its links go round in a circle', name: 'circle' },
    { of: 'too long', says: 'longer than', name: 'x'.repeat(300) },
  ])('could not look: $of', async ({ says, name }) => {
    session(dir.join('a.jsonl'));
    mkdirSync(dir.join('folder'));
    mkdirSync(dir.join('b.jsonl.lock'));
    symlinkSync('circle', dir.join('circle'));

    const { code, out, err } = await cli('who', dir.join(name));

    expect(err).toMatch(/^penholder: .*\.\n$/);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });

  it('could not look from a working directory that is gone', async () => {
    const gone = mkdtempSync(dir.join('cwd-'));
    const before = process.cwd;
    process.cwd = () => {
      rmSync(gone, { recursive: true, force: true });
      throw Object.assign(new Error('ENOENT: uv_cwd'), { code: 'ENOENT' });
    };

    const { code, err } = await cli('who', 'a.jsonl').finally(() => {
      process.cwd = before;
    });

    expect(err).toContain('it cannot be looked up');
    expect(code).toBe(3);
  });

  it('changes nothing', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(DEAD));
    put(file, markName('wait'), record(DEAD));
    const other = session(dir.join('never locked.jsonl'));
    const before = everythingIn(dir.path);

    await cli('who', file);
    await cli('who', other);

    expect(everythingIn(dir.path)).toEqual(before);
  });
});
