import { describe, expect, it } from 'vitest';
import type { LockReport } from '../../src/cli/lock-report.js';
import { useTempDir } from '../support/temp-dir.js';
import { examined } from './support/doctor.js';
import { ELSEWHERE, markName, put, record, session } from './support/locks.js';
import { running, stopped, zombie } from './support/processes.js';
import { cli, cliJson } from './support/run.js';

describe.runIf(process.platform === 'linux')('a holder that is stopped', () => {
  const dir = useTempDir();

  it('[T5] is told by who, with what that means and what to do', async () => {
    const file = session(dir.join('a.jsonl'));
    const holder = await stopped();
    put(file, '7', record(holder, { pid: holder.pid }));

    const { code, out } = await cli('who', file);
    const text = out.replace(/\s+/g, ' ');

    expect(out).toContain(`${file}: held by a process that is stopped\n`);
    expect(text).toContain('alive yes: its process is there, and is stopped (SIGSTOP or Ctrl+Z)');
    expect(text).toContain(`until it is continued (kill -CONT ${holder.pid}) or ended`);
    expect(text).toContain('takes it once no sign of life came for 30 s');
    expect(code).toBe(0);
  });

  it.each([
    { of: 'stopped', start: stopped, isStopped: true },
    { of: 'running', start: running, isStopped: false },
  ])('is told as a field of the JSON: $of', async ({ start, isStopped }) => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(await start()));
    put(file, markName('wait'), record(await start()));

    const report = await cliJson<LockReport>('who', file);

    expect(report).toMatchObject({ state: 'held', liveness: 'alive', isStopped });
    expect(report.waiting).toMatchObject([{ liveness: 'alive', isStopped }]);
  });

  it('is not said of one that runs, nor of one elsewhere', async () => {
    const [one, two] = [session(dir.join('one.jsonl')), session(dir.join('two.jsonl'))];
    put(one, '7', record(running()));
    put(two, '7', record(ELSEWHERE));

    const { out } = await cli('who', one);
    const { isStopped } = await cliJson<LockReport>('who', two);

    expect(out).toContain(': held\n');
    expect(out).not.toContain('stopped');
    expect(isStopped).toBeNull();
  });

  it('is told of a process that waits', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(running()));
    put(file, markName('wait'), record(await stopped()));

    const { out } = await cli('who', file);

    expect(out).toContain(': held\n');
    expect(out.replace(/\s+/g, ' ')).toMatch(/waiting cron run .*; it is stopped/);
  });

  it('has a state of its own in ls', async () => {
    put(session(dir.join('a.jsonl')), '7', record(await stopped()));
    put(session(dir.join('b.jsonl')), '7', record(running()));

    const { out } = await cli('ls', '--held', dir.path);
    const { counts } = await cliJson<{ counts: object }>('ls', dir.path);

    expect(out).toMatch(/^stopped .* a\.jsonl$/m);
    expect(out).toMatch(/^held .* b\.jsonl$/m);
    expect(counts).toMatchObject({ stopped: 1, held: 1 });
  });

  it('is what doctor says of a silent holder, and how to let it go on', async () => {
    const holder = await stopped();
    put(session(dir.join('a.jsonl')), '7', record(holder, { pid: holder.pid }), 130_000);

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'silent-holder', isStopped: true, canFix: false }]);
    expect(findings[0]?.because).toBe('Its process is there, and is stopped (SIGSTOP or Ctrl+Z).');
    expect(findings[0]?.toDo).toContain(`kill -CONT ${holder.pid}`);
  });

  it('is not what doctor says of a silent holder that runs', async () => {
    put(session(dir.join('a.jsonl')), '7', record(running()), 130_000);

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'silent-holder', isStopped: false }]);
    expect(findings[0]?.because).toContain('it is paused, or too busy');
    expect(findings[0]?.toDo).not.toContain('kill');
  });

  it('[L1] is dead once it has ended, though its parent has not asked how', async () => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7', record(await zombie()));

    const { liveness, isStopped } = await cliJson<LockReport>('who', file);

    expect({ liveness, isStopped }).toEqual({ liveness: 'dead', isStopped: null });
  });
});
