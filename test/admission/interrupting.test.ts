import { describe, expect, it, vi } from 'vitest';
import { RUN_KINDS, type RunKind } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { until } from '../runs/support/sessions.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, startHeedless, stateOf, untilAborted } from '../ownership/support/steps.js';
import { ask, askToWait, NAMES, serve } from './support/scene.js';
import { STATES } from './support/states.js';

const FILE = 'memory:a';
const PAIRS = RUN_KINDS.flatMap((holder, rank) =>
  RUN_KINDS.map((asker, own): readonly [RunKind, RunKind, string] => [
    asker,
    holder,
    own <= rank ? 'interrupting' : 'queued',
  ]),
);
const BACKGROUND = PAIRS.filter(([, , answer]) => answer === 'queued');

describe('a request that interrupts', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(PAIRS)('[R4] a %s against a %s is %s', async (kind, holderKind, answer) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, kind: holderKind });

    const admission = await sessions.admit({ sessionFile: FILE, kind, mode: 'interrupt' });

    expect(admission.outcome).toBe(answer);
    expect(run.signal.aborted).toBe(answer === 'interrupting');
    if ('ticket' in admission) admission.ticket.cancel();
    await run.release();
  });

  it.each(BACKGROUND)('a %s stops a %s where it is forced', async (kind, holderKind) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, kind: holderKind });
    const request = { sessionFile: FILE, kind, mode: 'interrupt', force: true } as const;

    const { ticket } = await ask(sessions, request, 'interrupting');

    expect(run.signal.reason).toMatchObject({ why: 'superseded' });
    await run.release();
    await serve(ticket);
  });

  it('[R4] that may not interrupt waits in its ordinary place', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const cron = await askToWait(sessions, { sessionFile: FILE, kind: 'cron', runId: 'cron' });
    const request = { sessionFile: FILE, kind: 'heartbeat', mode: 'interrupt' } as const;

    const { ticket, ahead } = await ask(sessions, request, 'queued');

    expect(ahead).toBe(1);
    await run.release();
    expect([cron.state, ticket.state]).toEqual(['granted', 'waiting']);
    await serve(cron);
    await serve(ticket);
  });

  it('leaves a run that is finishing alone, unless it is forced', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    const end = await STATES.finishing(sessions, sessionFile);
    const request = { sessionFile, mode: 'interrupt' } as const;
    const told = () => stage.events.filter(({ type }) => type === 'signalled').length;

    const queued = await ask(sessions, request, 'queued');
    expect(told()).toBe(0);
    const interrupting = await ask(sessions, { ...request, force: true }, 'interrupting');
    expect(told()).toBe(1);

    await end();
    await serve(interrupting.ticket);
    await serve(queued.ticket);
  });

  it.each(NAMES)('[I3] [R7] %s: is served when the run has settled', async (name) => {
    // Given a task that ends when it is told to, and a person who waits already
    const sessions = stage.open();
    const sessionFile = name.startsWith('memory:') ? name : dir.join(name);
    const old = sessions.run({ sessionFile, runId: 'old' }, ({ signal }) => untilAborted(signal));
    const failed = old.catch((error: unknown) => error);
    await until(() => sessions.runs.byRunId('old') !== undefined);
    const waits = await askToWait(sessions, { sessionFile, runId: 'waits' });

    // When a message interrupts it
    const request = { sessionFile, mode: 'interrupt', runId: 'new' } as const;
    const { ticket, holder } = await ask(sessions, request, 'interrupting');

    // Then it is told why, and the message is next, before the one that waited
    expect(holder).toMatchObject({ runId: 'old', phase: 'active' });
    expect(await failed).toMatchObject({ why: 'superseded', runId: 'old' });
    expect([ticket.state, waits.state]).toEqual(['granted', 'waiting']);
    expect(sessions.inspect().counters.ends.superseded).toBe(1);
    expect(await serve(ticket)).toBe('new');
    expect(await serve(waits)).toBe('waits');
  });

  it('[I3] is served after settleMs where the run takes no notice, and that loses its turn', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const old = await startHeedless(sessions, { sessionFile: FILE, runId: 'old' });
    const request = { sessionFile: FILE, mode: 'interrupt', runId: 'new' } as const;
    const { ticket } = await ask(sessions, request, 'interrupting');
    const mine = ticket.acquire();

    await vi.advanceTimersByTimeAsync(999);
    expect(await stateOf(mine)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);

    await using run = await mine;
    expect(run.previous).toMatchObject({ runId: 'old', end: 'revoked' });
    expect([old.run.end, old.run.phase]).toEqual(['revoked', 'ended']);
    await expect(old.outcome).rejects.toMatchObject({ why: 'superseded' });
    old.end.open('late');
    await settled();
  });

  it('[I3] has a second one tell nobody again: both are served in turn', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const request = { sessionFile: FILE, mode: 'interrupt' } as const;

    const first = await ask(sessions, { ...request, runId: 'first' }, 'interrupting');
    const second = await ask(sessions, { ...request, runId: 'second' }, 'interrupting');

    expect(stage.events.filter(({ type }) => type === 'signalled')).toHaveLength(1);
    await run.release();
    expect([first.ticket.state, second.ticket.state]).toEqual(['granted', 'waiting']);
    await serve(first.ticket);
    await serve(second.ticket);
  });

  it('[I3] takes a turn that nobody has taken yet, at once', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: FILE, runId: 'old' }, 'run');

    const request = { sessionFile: FILE, mode: 'interrupt', runId: 'new' } as const;
    const next = await ask(sessions, request, 'interrupting');

    expect([ticket.state, next.ticket.state]).toEqual(['ended', 'granted']);
    expect(sessions.inspect().counters.ends.superseded).toBe(1);
    await expect(ticket.acquire()).rejects.toMatchObject({ why: 'superseded', runId: 'old' });
    await serve(next.ticket);
  });

  it('[R7] leaves the run told to stop where its own caller gives up later', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const old = await startHeedless(sessions, { sessionFile: FILE });
    const { ticket } = await ask(
      sessions,
      { sessionFile: FILE, mode: 'interrupt' },
      'interrupting',
    );
    const waits = await askToWait(sessions, { sessionFile: FILE, runId: 'waits' });

    expect(ticket.cancel()).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);

    expect([old.run.end, waits.state]).toEqual(['revoked', 'granted']);
    old.end.open(undefined);
    expect(await serve(waits)).toBe('waits');
  });
});
