import { linkSync, symlinkSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Coordinator, resolveSessionFileSync, type Run } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useTempDir } from '../support/temp-dir.js';

const HEALTHY = { status: 'skipped', reason: 'active_run' };
const UNTOUCHED = { aborted: false, settled: false, revoked: false, nextGranted: false };

describe('recover() of a healthy run', () => {
  const dir = useTempDir();
  const stage = useStage();
  let sessions: Coordinator;
  let run: Run;
  let file: string;

  beforeEach(async () => {
    sessions = stage.open();
    file = dir.join('session.jsonl');
    writeFileSync(file, '{}\n');
    run = await sessions.acquire({
      sessionFile: file,
      runId: 'chat',
      sessionKey: 'lane:chat',
      sessionId: 'talk',
    });
  });
  afterEach(() => run.release());

  function theRun() {
    return {
      ...HEALTHY,
      activeRunId: 'chat',
      activeSessionKey: 'lane:chat',
      activeSessionId: 'talk',
      sessionFile: file,
      observed: UNTOUCHED,
    };
  }

  it.each([
    ['run id', { runId: 'chat' }],
    ['run id and generation', { runId: 'chat', generation: 1 }],
    ['session key', { sessionKey: 'lane:chat' }],
    ['session key and generation', { sessionKey: 'lane:chat', generation: 1 }],
    ['session id', { sessionId: 'talk' }],
    ['a key that nobody bears, and its id', { sessionKey: 'lane:x', sessionId: 'talk' }],
  ])('[S4] finds it by its %s, names it and leaves it alone', async (_name, request) => {
    expect(await sessions.recover(request)).toEqual(theRun());
    expect(run.signal.aborted).toBe(false);
  });

  it.each([
    ['its path', (path: string) => path],
    ['a URL', (path: string) => pathToFileURL(path)],
    ['the file that it is', (path: string) => resolveSessionFileSync(path)],
    ['a roundabout spelling', (path: string) => path.replace('session', './x/../session')],
    [
      'a symbolic link',
      (path: string) => {
        symlinkSync(path, `${path}.link`);
        return `${path}.link`;
      },
    ],
    [
      'a hard link',
      (path: string) => {
        linkSync(path, `${path}.hard`);
        return `${path}.hard`;
      },
    ],
  ])('finds it by %s', async (_name, nameOf) => {
    expect(await sessions.recover({ sessionFile: nameOf(file) })).toEqual(theRun());
  });

  it('[S4] finds the run that has the file under another session key', async () => {
    // Given a sibling key that has no run of its own
    const sibling = { sessionKey: 'lane:heartbeat', sessionId: 'beat', sessionFile: file };

    // When recovery is asked for it
    const outcome = await sessions.recover(sibling);

    // Then it names the run that has the file
    expect(outcome).toEqual(theRun());
  });

  it('[S4] finds the owner of the file for which a sibling key waits', async () => {
    const { granted } = await waitBehind(sessions, {
      sessionFile: file,
      sessionKey: 'lane:heartbeat',
      sessionId: 'beat',
    });

    expect(await sessions.recover({ sessionKey: 'lane:heartbeat' })).toEqual(theRun());
    expect(await sessions.recover({ sessionId: 'beat' })).toEqual(theRun());

    await run.release();
    await (await granted).release();
  });

  it('[S4] a file beats the label of a run on another file', async () => {
    const other = await sessions.acquire({ sessionFile: 'memory:b', sessionKey: 'lane:other' });

    const outcome = await sessions.recover({ sessionFile: file, sessionKey: 'lane:other' });

    expect(outcome).toEqual(theRun());
    await other.release();
  });

  it('a label counts where nothing happens on the file', async () => {
    const names = { sessionFile: dir.join('other.jsonl'), sessionKey: 'lane:chat' };

    expect(await sessions.recover(names)).toEqual(theRun());
  });

  it('a run without labels is named without them', async () => {
    const bare = await sessions.acquire({ sessionFile: 'memory:b', runId: 'bare' });

    const outcome = await sessions.recover({ sessionFile: 'memory:b' });

    expect(outcome).toEqual({
      ...HEALTHY,
      activeRunId: 'bare',
      sessionFile: 'memory:b',
      observed: UNTOUCHED,
    });
    await bare.release();
  });

  it('[A5] follows a run that was renamed, and one that moved its file', async () => {
    run.rebind({ sessionKey: 'lane:new' });
    await run.transcript.rotate(dir.join('next.jsonl'));

    const { activeRunId } = await sessions.recover({ sessionKey: 'lane:new' });
    const byNext = await sessions.recover({ sessionFile: dir.join('next.jsonl') });
    const byFormer = await sessions.recover({ sessionKey: 'lane:chat' });

    expect([activeRunId, byNext.activeRunId]).toEqual(['chat', 'chat']);
    expect(byFormer).toMatchObject({ status: 'noop', reason: 'no_active_work' });
  });
});
