import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { TakeoverError, type AdmissionMode, type Coordinator, type Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { until } from '../runs/support/sessions.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { createRescue, writeAsStranger } from '../transcript/windows/support/windows.js';
import { ask, askToWait, serve } from './support/scene.js';

const FILE = 'memory:a';

/** What may end a run, in the same tick in which a message comes for it. */
const ENDS: Readonly<Record<string, (run: Run, sessions: Coordinator) => unknown>> = {
  'is released': (run) => run.release(),
  fails: (run) => run.release({ error: new Error('no') }),
  'is told to stop': (_, sessions) => sessions.interrupt({ runId: 'holder' }),
  parks: (run) => run.park(() => settled(40)).catch(() => {}),
};
const MODES: readonly AdmissionMode[] = ['queue', 'steer', 'interrupt'];
const MEETINGS = Object.keys(ENDS).flatMap((end) =>
  MODES.flatMap((mode) => ['before', 'after'].map((when) => [mode, when, end] as const)),
);

describe('an accepted message', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(MEETINGS)(
    '[R1] in mode %s, %s the run it meets %s: is taken by it, or has a turn',
    async (mode, when, end) => {
      // Given a run that takes messages while it prompts
      const sessions = stage.open({ settleMs: 1_000 });
      const taken: unknown[] = [];
      const steer = (message: unknown): boolean => taken.push(message) > 0;
      const run = await sessions.acquire({ sessionFile: FILE, runId: 'holder', steer });
      const window = createGate();
      const prompt = run.prompt(() => window.opened).catch(() => {});
      await settled();

      // When it ends in the very tick in which a message comes
      const finish = (): Promise<unknown> => Promise.resolve(ENDS[end]?.(run, sessions));
      const early = when === 'after' ? finish() : undefined;
      const asked = sessions.admit({ sessionFile: FILE, mode, message: 'm', runId: 'm' });
      const late = early ?? finish();
      const admission = await asked;
      const served = 'ticket' in admission ? admission.ticket.acquire() : undefined;
      window.open();
      await prompt;
      if (end === 'is told to stop') await run.release();
      const mine = await Promise.race([
        served,
        vi.advanceTimersByTimeAsync(900).then(() => undefined),
      ]);
      if (mine) await mine.release();
      await late;
      await run.release();

      // Then exactly one of the two has it
      expect([...taken, ...(mine ? [mine.runId] : [])]).toEqual(['m']);
      expect(admission.outcome === 'steered').toBe(taken.length === 1);
    },
  );

  it('[R7] [R9] survives the abort, and the revocation, of the run that it waits for', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const old = await startHeedless(sessions, { sessionFile: FILE, signal: caller.signal });
    const ticket = await askToWait(sessions, { sessionFile: FILE, runId: 'mine' });

    caller.abort();
    await settled();
    expect(ticket.state).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await serve(ticket)).toBe('mine');
    old.end.open(undefined);
    await settled();
  });

  it('[R2] is served after the task before it threw in the call', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'behind' });

    const failed = sessions.run(ticket, () => {
      throw new Error('no');
    });

    await expect(failed).rejects.toThrow('no');
    expect(await serve(behind)).toBe('behind');
  });

  it('[R6] of the background is served in the end, whatever keeps arriving', async () => {
    // Given a heartbeat that waits, and people who come every ten seconds and stay as long
    const sessions = stage.open();
    let owner = await sessions.acquire({ sessionFile: FILE });
    const beat = await askToWait(sessions, { sessionFile: FILE, kind: 'heartbeat', runId: 'beat' });
    let people = 0;
    while (beat.state === 'waiting') {
      const person = await askToWait(sessions, { sessionFile: FILE });
      await vi.advanceTimersByTimeAsync(10_000);
      await owner.release();
      people += 1;
      if (beat.state === 'waiting') owner = await person.acquire();
      else person.cancel();
    }

    // Then their head start of 110 s is all that they get
    expect(people).toBe(12);
    expect(await serve(beat)).toBe('beat');
  });

  it('[F15] [I5] tells after a takeover what its run had written, and hands its reply to rescue', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    await writeFile(sessionFile, '');
    const rescued = createRescue();
    const { ticket } = await ask(sessions, { sessionFile, rescue: rescued.rescue }, 'run');

    const failed = sessions.run(ticket, async (run) => {
      await run.transcript.append({ step: 1 });
      writeAsStranger(sessionFile);
      await run.transcript.append({ step: 2 }).catch(() => {});
      return 'reply';
    });
    const reason = (await failed.catch((error: unknown) => error)) as { cause?: unknown };

    expect(reason).toMatchObject({ why: 'takeover' });
    expect(reason.cause).toBeInstanceOf(TakeoverError);
    expect(reason.cause).toMatchObject({ writes: { count: 1, bytes: 11, endBytes: 11 } });
    expect(rescued.payloads).toEqual(['reply']);
    expect(await readFile(sessionFile, 'utf8')).toBe('{"step":1}\n{"by":"stranger"}\n');
  });

  it('[I5] [I3] that interrupts sees where the turn before began and ended, and its own reply only', async () => {
    // Given a run that has written half of its turn
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    await writeFile(sessionFile, '{"old":1}\n');
    const old = await sessions.acquire({ sessionFile, runId: 'old' });
    await old.transcript.append({ half: 1 });

    // When a message interrupts it
    const request = { sessionFile, mode: 'interrupt', runId: 'new' } as const;
    const { ticket } = await ask(sessions, request, 'interrupting');
    await old.release();
    const seen = await sessions.run(ticket, ({ previous }) => previous);

    expect(seen).toEqual({ runId: 'old', end: 'superseded', startBytes: 10, endBytes: 21 });
    await until(() => sessions.runs.size === 0);
  });
});
