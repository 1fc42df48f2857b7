import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveSessionFileSync, type SessionFileLike } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { type TempDir, useTempDir } from '../support/temp-dir.js';
import { until } from '../runs/support/sessions.js';
import { ask, brief, startHeeding } from './support/runs.js';

const SPELLINGS: [string, (dir: TempDir) => SessionFileLike][] = [
  ['its path', (dir) => dir.join('chat.jsonl')],
  ['a relative path', (dir) => path.relative(process.cwd(), dir.join('chat.jsonl'))],
  ['a path with dots', (dir) => `${dir.path}/sub/../chat.jsonl`],
  ['a doubled separator', (dir) => `${dir.path}//chat.jsonl`],
  ['a URL', (dir) => pathToFileURL(dir.join('chat.jsonl'))],
  ['the text of a URL', (dir) => pathToFileURL(dir.join('chat.jsonl')).href],
  ['a link to the file', (dir) => dir.join('link.jsonl')],
  ['a link to its folder', (dir) => dir.join('linked', 'chat.jsonl')],
  ['a link to a link', (dir) => dir.join('linked', 'link.jsonl')],
  ['a hard link', (dir) => dir.join('hard.jsonl')],
  ['a resolved file', (dir) => resolveSessionFileSync(dir.join('link.jsonl'))],
];

describe('the file of an interrupt', () => {
  const dir = useTempDir();
  const stage = useStage();

  function seed(): string {
    mkdirSync(dir.join('sub'));
    writeFileSync(dir.join('chat.jsonl'), '{}\n');
    symlinkSync(dir.join('chat.jsonl'), dir.join('link.jsonl'));
    symlinkSync(dir.path, dir.join('linked'));
    linkSync(dir.join('chat.jsonl'), dir.join('hard.jsonl'));
    return dir.join('chat.jsonl');
  }

  it.each(SPELLINGS)('[I1] leads to its owner by %s', async (_, spelling) => {
    const sessions = stage.open();
    const sessionFile = seed();
    await startHeeding(sessions, { sessionFile, runId: 'owner' });
    const told = await sessions.interrupt({ sessionFile: spelling(dir) });
    expect(brief(told)).toBe('ended owner');
  });

  it('[P2] leads to the run under another session key, which names itself', async () => {
    // Given a run under key A, and a lane with key B on another spelling of the same file
    const sessions = stage.open();
    const sessionFile = seed();
    await startHeeding(sessions, { sessionFile, runId: 'of A', sessionKey: 'A' });

    // When lane B has its session stopped, which it only knows by key and file
    const file = dir.join('linked', 'link.jsonl');
    const byKey = await sessions.interrupt({ sessionKey: 'B' });
    const byBoth = await sessions.interrupt({ sessionKey: 'B', sessionFile: file });

    // Then its key alone leads nowhere, and with the file the run of A was stopped and is named
    expect(brief(byKey)).toBe('not-running');
    expect(byBoth).toMatchObject({
      status: 'ended',
      run: { runId: 'of A', sessionKey: 'A', end: 'interrupted' },
    });
  });

  it('leads to its owner before and after the file appears', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('new.jsonl');
    const before = await startHeeding(sessions, { sessionFile, runId: 'before' });
    expect(brief(await sessions.interrupt({ sessionFile }))).toBe('ended before');
    await before.outcome.catch(() => {});
    await startHeeding(sessions, { sessionFile, runId: 'after' });
    writeFileSync(sessionFile, '{}\n');
    expect(brief(await sessions.interrupt({ sessionFile }))).toBe('ended after');
  });

  it('never leads to a run of another file with the same name', async () => {
    // Given two folders with a file of the same name
    const sessions = stage.open();
    seed();
    const one = await sessions.acquire({ sessionFile: dir.join('chat.jsonl') });
    await startHeeding(sessions, { sessionFile: dir.join('sub', 'chat.jsonl'), runId: 'sub' });
    // When one of the two is interrupted
    const told = await sessions.interrupt({ sessionFile: dir.join('sub', 'chat.jsonl') });
    // Then the other goes on
    expect(brief(told)).toBe('ended sub');
    expect(one.signal.aborted).toBe(false);
    await one.release();
  });

  it('leads to its owner and never to those who wait for it', async () => {
    const sessions = stage.open();
    const sessionFile = seed();
    await startHeeding(sessions, { sessionFile, runId: 'owner' });
    const next = ask(sessions, { sessionFile: dir.join('link.jsonl'), runId: 'next' });
    await until(() => sessions.inspect().waiting.length === 1);
    expect(brief(await sessions.interrupt({ sessionFile }))).toBe('ended owner');
    const granted = await next;
    expect(granted.signal.aborted).toBe(false);
    await granted.release();
  });
});
