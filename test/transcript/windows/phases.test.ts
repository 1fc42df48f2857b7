import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Coordinator, Run } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import { openMaintenance, openPrompt, type OpenWindow } from './support/windows.js';

/** The phase of a run as every view shows it; they must agree. */
function phasesOf(sessions: Coordinator, run: Run): string[] {
  const { held, parked } = sessions.inspect();
  const snapshots = [...held, ...parked].filter(({ runId }) => runId === run.runId);
  const listed = sessions.runs.list().filter(({ runId }) => runId === run.runId);
  const found = sessions.runs.byRunId(run.runId);
  const views = [run, run.toJSON(), ...snapshots, ...listed, ...(found ? [found] : [])];
  return views.map(({ phase }) => phase);
}

function five(phase: string): string[] {
  return Array.from({ length: 5 }, () => phase);
}

const OPENS: Readonly<Record<string, (run: Run) => Promise<OpenWindow>>> = {
  prompting: (run) => openPrompt(run),
  maintaining: (run) => openMaintenance(run, 60_000),
};

describe('the phase of a run', () => {
  const dir = useTempDir();
  const stage = useStage();

  it.each(Object.entries(OPENS))(
    '[A1] is %s in every view while the window is open',
    async (phase, open) => {
      const sessions = stage.open();
      await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
      expect(phasesOf(sessions, run)).toEqual(five('active'));

      const window = await open(run);
      expect(phasesOf(sessions, run)).toEqual(five(phase));

      window.end();
      await window.outcome;
      expect(phasesOf(sessions, run)).toEqual(five('active'));
    },
  );

  it.each(Object.entries(OPENS))(
    'is active again after a window that failed: %s',
    async (_, open) => {
      const sessions = stage.open();
      await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
      const window = await open(run);

      window.fail(new Error('no'));
      await expect(window.outcome).rejects.toThrow('no');

      expect(phasesOf(sessions, run)).toEqual(five('active'));
    },
  );

  it('[A2] is finishing in every view while a section keeps an ended task from its end', async () => {
    // Given a task that answers while a section of it is open
    const sessions = stage.open();
    const gate = createGate();
    const started = createGate<Run>();
    const outcome = sessions.run({ sessionFile: dir.join('s.jsonl') }, (run) => {
      void run.transcript.write(() => gate.opened);
      started.open(run);
      return 'reply';
    });
    const run = await started.opened;
    await settled();

    // Then it still owns, and can be told from one that works
    expect(phasesOf(sessions, run)).toEqual(five('finishing'));
    expect(sessions.runs.bySessionFile(dir.join('s.jsonl'))).toMatchObject({ runId: run.runId });

    // And is gone when the section has ended
    gate.open();
    expect(await outcome).toBe('reply');
    expect(run.end).toBe('completed');
    expect(sessions.runs.size).toBe(0);
  });

  it('is finishing, not prompting, where a run is released inside a window', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const window = await openPrompt(run);
    const gate = createGate();
    const writing = run.transcript.write(() => gate.opened);
    const released = run.release();

    expect(phasesOf(sessions, run)).toEqual(five('finishing'));

    gate.open();
    await Promise.all([writing, released]);
    window.end();
    await expect(window.outcome).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
  });

  it.each([
    ['prompting', 5, (run: Run) => openPrompt(run)],
    ['maintaining', 5, (run: Run) => openMaintenance(run, 60_000)],
  ] as const)('[V1] is named in what a waiter is told: %s', async (phase, _, open) => {
    // Given an owner with an open window
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file, runId: 'owner' });
    const window = await open(run);

    // When somebody asks for the file
    const error: unknown = await sessions
      .acquire({ sessionFile: file, waitMs: 0 })
      .catch((reason: unknown) => reason);

    // Then the error says what the owner is at
    expect(error).toMatchObject({ holder: { runId: 'owner', phase } });
    expect(String(error)).toContain(phase);
    window.end();
    await window.outcome;
  });

  it('[V1] is finishing in what a waiter is told of a run that ends', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file, runId: 'owner' });
    const gate = createGate();
    const writing = run.transcript.write(() => gate.opened);
    const released = run.release();

    const asked = sessions.acquire({ sessionFile: file, waitMs: 0 });

    await expect(asked).rejects.toMatchObject({ holder: { phase: 'finishing' } });
    await expect(asked).rejects.toThrow(/finishing/);
    gate.open();
    await Promise.all([writing, released]);
  });
});
