import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveSessionFile } from '../../../src/index.js';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();
const next = (): string => desk.dir.join('next.jsonl');

describe('rotate()', () => {
  it('[P8] goes on in the new file and leaves the old one as it was', async () => {
    desk.given('{"n":1}\n');

    await desk.own(async (run) => {
      await run.transcript.rotate(next());
      await run.transcript.append({ n: 2 });
      expect(run.sessionFile).toBe(next());
      expect(run.transcript.path).toBe(next());
    });

    expect(desk.content()).toBe('{"n":1}\n');
    expect(desk.content('next.jsonl')).toBe('{"n":2}\n');
  });

  it('[P8] goes on at the end of a file that is there', async () => {
    writeFileSync(next(), '{"n":0}\n');

    await desk.own(async (run) => {
      await run.transcript.rotate(next());
      expect(run.transcript.startBytes).toBe(8);
      await run.transcript.append({ n: 1 });
    });

    expect(desk.content('next.jsonl')).toBe('{"n":0}\n{"n":1}\n');
  });

  it('[P8] keeps everybody who asks for either name behind the owner', async () => {
    await desk.own(async (run, coordinator) => {
      await run.transcript.rotate(next());

      for (const sessionFile of [desk.file, next()]) {
        await expect(
          run.within(() => coordinator.acquire({ sessionFile, waitMs: 0, onReentry: 'queue' })),
        ).rejects.toMatchObject({ holder: { runId: run.runId } });
      }
    });
  });

  it('[A5] is found under both names, and under the new one after the next rotation, too', async () => {
    await desk.own(async (run, coordinator) => {
      const third = desk.dir.join('third.jsonl');
      const key = await resolveSessionFile(desk.file);
      await run.transcript.rotate(next());
      await run.transcript.rotate(third);

      const found = [key, desk.file, next(), third].map((file) =>
        coordinator.runs.bySessionFile(file),
      );
      expect(found.map((view) => view?.runId)).toEqual(Array(4).fill(run.runId));
      expect(coordinator.runs.byRunId(run.runId)?.sessionFile).toBe(third);
    });
  });

  it('[A5] leaves the labels of the run as they are', async () => {
    const coordinator = desk.open();
    const request = { sessionFile: desk.file, sessionKey: 'lane', sessionId: 'talk' };

    await coordinator.run(request, async (run) => {
      await run.transcript.rotate(next());

      expect(coordinator.runs.bySessionKey('lane')[0]?.sessionFile).toBe(next());
      expect(coordinator.runs.bySessionId('talk')[0]?.sessionFile).toBe(next());
    });
  });

  it('[P7] meets the owner through a hard link of the new file, not of the old one', async () => {
    desk.given('old\n');
    writeFileSync(next(), 'new\n');
    linkSync(desk.file, desk.dir.join('old link'));
    linkSync(next(), desk.dir.join('new link'));

    await desk.own(async (run, coordinator) => {
      await run.transcript.rotate(next());
      const owner = (name: string): unknown =>
        coordinator.runs.bySessionFile(desk.dir.join(name))?.runId;

      expect([owner('new link'), owner('old link')]).toEqual([run.runId, undefined]);
    });
  });

  it('[P8] watches the new file, not the old one', async () => {
    const error = await desk
      .own(async (run) => {
        await run.transcript.append({ n: 1 });
        await run.transcript.rotate(next());
        writeFileSync(desk.file, 'archived by somebody\n');
        await run.transcript.append({ n: 2 });
        writeFileSync(next(), 'foreign\n');
        return await errorOf(run.transcript.append({ n: 3 }));
      })
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'takeover' });
  });

  it('[P8] does not hide what a stranger did to the old file before', async () => {
    desk.given('{"n":1}\n');

    const told = await errorOf(
      desk.own(async (run) => {
        await run.transcript.read();
        writeFileSync(desk.file, 'foreign\n');
        await run.transcript.rotate(next());
      }),
    );

    expect(told).toMatchObject({ why: 'takeover' });
  });

  it('[P8] goes back to the file that it came from', async () => {
    desk.given('{"n":1}\n');

    await desk.own(async (run, coordinator) => {
      await run.transcript.rotate(next());
      await run.transcript.append({ n: 2 });
      await run.transcript.rotate(desk.file);
      await run.transcript.append({ n: 3 });
      expect(coordinator.runs.bySessionFile(next())?.runId).toBe(run.runId);
    });

    expect(desk.content()).toBe('{"n":1}\n{"n":3}\n');
    expect(desk.content('next.jsonl')).toBe('{"n":2}\n');
  });

  it('counts what was written in all files, and the end in the present one', async () => {
    await desk.own(async (run) => {
      await run.transcript.append(1);
      await run.transcript.rotate(next());
      await run.transcript.append(22);

      expect(run.transcript.writes).toEqual({ count: 2, bytes: 5, endBytes: 3 });
    });
  });

  it('follows links to the new file', async () => {
    mkdirSync(desk.dir.join('deep'));
    symlinkSync('deep', desk.dir.join('way'));

    await desk.own(async (run) => {
      await run.transcript.rotate(desk.dir.join('way', 'next.jsonl'));
      await run.transcript.append(1);
    });

    expect(readFileSync(desk.dir.join('deep', 'next.jsonl'), 'utf8')).toBe('1\n');
  });
});
