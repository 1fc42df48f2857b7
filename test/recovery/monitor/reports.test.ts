import { mkdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { resolveSessionFile } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { loopTurn } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { pass, useWatch } from './support/watch.js';

describe('what a host reports', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();
  const watch = useWatch();

  it('is a sign of life each time', async () => {
    // Given a session at work
    const monitor = watch.start(stage.open());
    for (let at = 0; at < 10; at += 1) {
      monitor.report({ sessionKey: 'k', state: 'processing' });
      await pass(29_999);
    }
    expect(watch.events).toEqual([]);
    // When it is silent for warnAfterMs at a look
    await pass(10_000);
    expect(watch.told()).toContain('stuck k');
  });

  it('is told of the session that has a run by that run, whatever it says', async () => {
    // Given a run that moves, whose host said long ago that it is idle, with messages queued
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'idle', queueDepth: 3 });
    const moving = setInterval(() => run.progress(), 5_000);
    await pass(100_000);
    clearInterval(moving);
    // Then it is at work, and not stuck
    expect(new Set(watch.told())).toEqual(new Set(['long-running k']));
    expect(watch.events[0]).toMatchObject({ state: 'processing', queueDepth: 3 });
    await run.release();
  });

  it('counts again from the report once the run has ended', async () => {
    // Given a session that was reported, and a run of it that lasts
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(29_000);
    // When the run ends and nothing more is heard
    await run.release();
    await pass(1_000);
    // Then the session is a phantom
    expect(watch.told()).toEqual(['stuck k', 'recovery-requested k', 'recovery-completed k']);
  });

  it.each([
    ['a path', (file: string) => file],
    ['a URL', (file: string) => new URL(`file://${encodeURI(file)}`)],
    ['a resolved file', resolveSessionFile],
    ['another spelling', (file: string) => file.replace('a.jsonl', './x/../a.jsonl')],
  ])('leads recovery to the owner of its file: %s', async (_, spell) => {
    // Given a run on a real file, and a session of another key that names the same file
    const file = dir.join('a.jsonl');
    await writeFile(file, '');
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: file, sessionKey: 'A', runId: 'r' });
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    monitor.report({ sessionKey: 'B', sessionFile: await spell(file), state: 'processing' });
    await pass(29_999);
    run.progress();
    await pass(1);
    // When it is stuck
    await monitor.check();
    // Then recovery has found that run
    expect(watch.all('recovery-completed')).toMatchObject([
      { outcome: { status: 'skipped', reason: 'active_run', activeRunId: 'r' } },
    ]);
    await run.release();
  });

  it('means the file that it named when it came', async () => {
    // Given a session whose file is named from the current folder
    const [here, there] = [dir.join('here'), dir.join('there')];
    await Promise.all([mkdir(here), mkdir(there)]);
    const [own, other] = [`${here}/a.jsonl`, `${there}/a.jsonl`];
    await Promise.all([writeFile(own, ''), writeFile(other, '')]);
    const sessions = stage.open();
    const runs = [
      await sessions.acquire({ sessionFile: own, runId: 'own' }),
      await sessions.acquire({ sessionFile: other, runId: 'other' }),
    ];
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    const before = process.cwd();
    process.chdir(here);
    monitor.report({ sessionKey: 'B', sessionFile: 'a.jsonl', state: 'processing' });
    // When the process has gone to another folder
    process.chdir(there);
    await pass(30_000);
    for (const run of runs) run.progress();
    await monitor.check();
    process.chdir(before);
    // Then it is still the file from before
    expect(watch.all('recovery-completed')).toMatchObject([{ outcome: { activeRunId: 'own' } }]);
    for (const run of runs) await run.release();
  });

  it('names a resolved file by its key, though the spelling leads nowhere any more', async () => {
    // Given a session whose file was resolved by way of a link that is gone
    const [file, alias] = [dir.join('a.jsonl'), dir.join('alias.jsonl')];
    await writeFile(file, '');
    await symlink(file, alias);
    const resolved = await resolveSessionFile(alias);
    await unlink(alias);
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: file, runId: 'r' });
    const monitor = watch.start(sessions);
    // When it is reported, by its file alone
    monitor.report({ sessionFile: resolved, state: 'processing' });
    // Then it is the session of the run that has the file
    expect(monitor.sessions()).toMatchObject([{ run: { runId: 'r' } }]);
    await run.release();
  });

  it('is forgotten half an hour after the session went idle, though nobody asks', async () => {
    // Given a session that went idle
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', sessionFile: 'memory:a', state: 'idle' });
    // When it is heard of again after that time
    await pass(30 * 60_000 + 10_000);
    monitor.report({ sessionKey: 'k', state: 'idle' });
    // Then nothing is known of it from before
    expect(monitor.sessions()).toMatchObject([{ sessionKey: 'k' }]);
    expect(monitor.sessions()[0]).not.toHaveProperty('sessionFile');
  });

  it('without labels is about the run that has the file, however it is spelt', async () => {
    // Given a run that is silent, and reports of its file alone
    const file = dir.join('a.jsonl');
    await writeFile(file, '');
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: file, runId: 'r' });
    const monitor = watch.start(sessions, { recover: false, intervalMs: Infinity });
    monitor.report({ sessionFile: file, state: 'processing' });
    monitor.report({ sessionFile: dir.join('x', '..', 'a.jsonl'), state: 'processing' });
    // When the run is silent for warnAfterMs
    await pass(30_000);
    await monitor.check();
    await loopTurn();
    // Then it is told once, by its run
    expect(watch.events.map(({ type, run }) => `${type} ${run?.runId}`)).toEqual(['stalled r']);
    await run.release();
  });

  it('of a file that names none any more is judged as what was said', async () => {
    // Given a report of a file without a label, whose name is too long for the file system
    const monitor = watch.start(stage.open(), { recover: false });
    monitor.report({ sessionFile: `/${'x'.repeat(5_000)}`, state: 'processing' });
    await pass(30_000);
    expect(watch.events).toMatchObject([{ type: 'stuck', reason: 'stale_session_state' }]);
  });
});
