import { symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { ask, askToWait, NAMES, serve, startPrompting } from './support/scene.js';

const OWN = { sessionKey: 'agent:main', sessionId: 'one' } as const;
const SIBLING = { sessionKey: 'agent:main:heartbeat', sessionId: 'two' } as const;

describe.each(NAMES)('a request under a sibling key of the run on %s', (name) => {
  const dir = useTempDir();
  const stage = useStage();
  const fileOf = (): string => (name.startsWith('memory:') ? name : dir.join(name));

  it('[P2] [P3] [R4] is told who has the file, and under which key', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();
    await using run = await sessions.acquire({ sessionFile, ...OWN, runId: 'holder' });

    const { holder } = await ask(sessions, { sessionFile, ...SIBLING, mode: 'skip' }, 'busy');

    expect(holder).toMatchObject({ runId: run.runId, ...OWN });
    expect(sessions.runs.bySessionKey(SIBLING.sessionKey)).toEqual([]);
  });

  it('[P2] [P3] waits for that run, and is listed under its own key meanwhile', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile, ...OWN });

    const ticket = await askToWait(sessions, { sessionFile, ...SIBLING, runId: 'sibling' });

    const [waiting] = sessions.runs.bySessionKey(SIBLING.sessionKey);
    expect(waiting).toMatchObject({ runId: 'sibling', phase: 'waiting', ...SIBLING });
    await run.release();
    expect(await serve(ticket)).toBe('sibling');
  });

  it('[P2] [P3] steers its message into that run', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();
    const holder = await startPrompting(sessions, { sessionFile, ...OWN });

    const request = { sessionFile, ...SIBLING, mode: 'steer', message: 'm' } as const;
    const admission = await ask(sessions, request, 'steered');

    expect(admission.holder).toMatchObject(OWN);
    expect(holder.messages).toEqual(['m']);
    await holder.end();
  });

  it('[P2] [P3] [I3] interrupts that run, and no other of its own key', async () => {
    // Given a run of the sibling's key on another file
    const sessions = stage.open();
    const sessionFile = fileOf();
    const own = await sessions.acquire({ sessionFile, ...OWN, runId: 'holder' });
    await using elsewhere = await sessions.acquire({ sessionFile: 'memory:other', ...SIBLING });

    // When the sibling interrupts what there is on the file
    const request = { sessionFile, ...SIBLING, mode: 'interrupt' } as const;
    const { holder, ticket } = await ask(sessions, request, 'interrupting');

    // Then that is stopped, and the run of its own key goes on
    expect(holder).toMatchObject({ runId: 'holder', ...OWN });
    expect(own.signal.reason).toMatchObject({ why: 'superseded', runId: 'holder' });
    expect(elsewhere.signal.aborted).toBe(false);
    await own.release();
    await serve(ticket);
  });
});

describe('a request under another name of the file', () => {
  const dir = useTempDir();
  const stage = useStage();

  it('[P1] [P2] finds, steers into and interrupts the run by its own name', async () => {
    // Given a run on a file, and a link that leads to it
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    await writeFile(sessionFile, '');
    await symlink('s.jsonl', dir.join('link.jsonl'));
    const alias = { sessionFile: dir.join('link.jsonl'), ...SIBLING };
    const holder = await startPrompting(sessions, { sessionFile, ...OWN });

    // When requests come by the link
    const busy = await ask(sessions, { ...alias, mode: 'skip' }, 'busy');
    const steered = await ask(sessions, { ...alias, mode: 'steer' }, 'steered');
    const interrupting = await ask(sessions, { ...alias, mode: 'interrupt' }, 'interrupting');

    // Then all are answered with the run, as its own caller spelt it
    for (const admission of [busy, steered, interrupting]) {
      expect(admission.holder).toMatchObject({ runId: 'holder', sessionFile, ...OWN });
    }
    expect(holder.run.signal.aborted).toBe(true);
    await holder.end();
    await serve(interrupting.ticket);
  });

  it('[P2] waits in the same queue, however it is spelt', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    await symlink(dir.path, dir.join('linked'));
    const run = await sessions.acquire({ sessionFile });
    const tickets = [
      await askToWait(sessions, { sessionFile, runId: 'a' }),
      await askToWait(sessions, { sessionFile: dir.join('linked', 's.jsonl'), runId: 'b' }),
    ];

    expect(sessions.runs.waitingFor(sessionFile).map(({ runId }) => runId)).toEqual(['a', 'b']);
    await run.release();
    for (const ticket of tickets) await serve(ticket);
  });
});
