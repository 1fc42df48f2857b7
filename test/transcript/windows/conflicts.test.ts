import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RunInterruptedError, TakeoverError } from '../../../src/index.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { linesOf, openPrompt, writeAsStranger } from './support/windows.js';

const CHANGES: Readonly<Record<string, (file: string) => void>> = {
  appended: (file) => {
    writeAsStranger(file);
  },
  rewritten: (file) => {
    writeFileSync(file, '{"line":2}\n');
  },
  truncated: (file) => {
    truncateSync(file, 4);
  },
  deleted: (file) => {
    rmSync(file);
  },
};

describe('a conflict that a prompt window finds', () => {
  const dir = useTempDir();
  const stage = useStage();

  it.each(Object.entries(CHANGES))(
    '[F7] ends the run when the window closes: %s',
    async (change, act) => {
      // Given an open window
      const sessions = stage.open();
      const file = dir.join('s.jsonl');
      const run = await sessions.acquire({ sessionFile: file });
      await run.transcript.append({ line: 1 });
      const window = await openPrompt(run);

      // When a stranger changes the file
      act(file);
      window.end('reply');

      // Then the prompt tells so
      const reason: unknown = await window.outcome.catch((error: unknown) => error);
      expect(reason).toBeInstanceOf(RunInterruptedError);
      expect(reason).toBe(run.signal.reason);
      expect(reason).toMatchObject({ why: 'takeover', cause: { change } });
      expect((reason as Error).cause).toBeInstanceOf(TakeoverError);
      const lines = linesOf(stage).map(({ message }) => message);
      expect(lines).toEqual(['session result dropped: no rescue given']);
      await run.release();
      expect(run.end).toBe('takeover');
    },
  );

  it('[F7] is found before the task begins, and nothing is started', async () => {
    // Given a file that a stranger has changed since the fence of this run began
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    await run.transcript.append({ line: 1 });
    writeAsStranger(file);

    // When a window is to open
    let isStarted = false;
    const prompted = run.prompt(() => {
      isStarted = true;
    });

    // Then it does not
    await expect(prompted).rejects.toMatchObject({ why: 'takeover' });
    await expect(prompted).rejects.toBe(run.signal.reason);
    expect(isStarted).toBe(false);
    await run.release();
  });

  it('[F7] is found by a prompt that is the first use of the file: its fence begins when it opens', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    writeFileSync(file, '{"old":1}\n');
    const run = await sessions.acquire({ sessionFile: file });
    writeAsStranger(file);
    const window = await openPrompt(run);
    expect(run.signal.aborted).toBe(false);

    writeAsStranger(file);
    window.end();

    await expect(window.outcome).rejects.toMatchObject({ why: 'takeover' });
    await run.release();
  });

  it('loses to the error of the task, but ends the run all the same', async () => {
    // Given a task that fails after a stranger has written
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    const window = await openPrompt(run);
    writeAsStranger(file);
    const error = new Error('the model is down');

    // When it does
    window.fail(error);

    // Then its caller is told what went wrong first
    await expect(window.outcome).rejects.toBe(error);
    // And the conflict stays
    expect(run.signal.reason).toMatchObject({ why: 'takeover' });
    await expect(run.transcript.read()).rejects.toMatchObject({ code: 'ERR_SESSION_TAKEOVER' });
    await expect(run.prompt(() => 'again')).rejects.toMatchObject({ why: 'takeover' });
    await run.release();
    expect(run.end).toBe('takeover');
  });

  it('is found inside the window by the first use of the gate, which throws what it found', async () => {
    // Given a task that writes after a stranger has
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const outcome = sessions.run({ sessionFile: file }, (run) =>
      run.prompt(async (signal) => {
        writeAsStranger(file);
        const error: unknown = await run.transcript.append({ by: 'run' }).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(TakeoverError);
        expect(signal.reason).toMatchObject({ cause: error });
        return 'reply';
      }),
    );

    // Then the window tells why the run ends
    await expect(outcome).rejects.toMatchObject({ why: 'takeover', result: 'reply' });
  });

  it('[F8] ends this run only: the next one starts from the file as it is', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const first = sessions.run({ sessionFile: file }, (run) =>
      run.prompt(() => {
        writeAsStranger(file);
      }),
    );
    await expect(first).rejects.toMatchObject({ why: 'takeover' });

    const second = sessions.run({ sessionFile: file }, (run) =>
      run.prompt(async () => {
        await run.transcript.append({ by: 'second' });
        return await run.transcript.readRecords();
      }),
    );

    expect((await second).records).toEqual([{ by: 'stranger' }, { by: 'second' }]);
  });

  it('[V6] bears one id in its error, its events and the end of its run', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    const window = await openPrompt(run);
    writeAsStranger(file);
    window.end();
    await expect(window.outcome).rejects.toMatchObject({ why: 'takeover' });
    await run.release();

    const about = stage.events.filter(({ type }) => /takeover|signalled|ended/.test(type));
    const reason = run.signal.reason as RunInterruptedError;

    expect(about.map(({ type }) => type)).toEqual(['takeover', 'signalled', 'ended']);
    const ids = [...about, reason, reason.cause as TakeoverError].map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(1);
  });
});
