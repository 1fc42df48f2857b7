import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { stateOf, until } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { turns, useLeasing } from './support/leasing.js';

const TROUBLES = [
  ['rejects', () => Promise.reject(new Error('it broke'))],
  [
    'throws',
    () => {
      throw new Error('it broke');
    },
  ],
  ['rejects with nothing', () => Promise.reject(undefined)],
] as const;

describe('[O5] a provider that fails', () => {
  const leasing = useLeasing();

  const runTwice = async (sessions: Coordinator): Promise<(string | undefined)[]> => {
    const sessionFile = leasing.file();
    const tokens: (string | undefined)[] = [];
    const task = (run: Run): unknown => tokens.push(run.fencingToken);
    await Promise.all([sessions.run({ sessionFile }, task), sessions.run({ sessionFile }, task)]);
    return tokens;
  };

  it.each(TROUBLES)('to give back (%s) keeps nobody: it is logged', async (_, trouble) => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.onRelease = trouble;
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file() }, () => 1);
    await turns();

    // When
    const again = sessions.run({ sessionFile: leasing.file() }, () => 2);

    // Then
    await expect(again).resolves.toBe(2);
    await turns();
    const warnings = leasing.stage.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(2);
  });

  it.each(TROUBLES)('to update (%s) ends no run: it is logged', async (_, trouble) => {
    // Given
    leasing.provider.onUpdate = trouble;
    const sessions = leasing.open();
    const ended = runTwice(sessions);
    await until(() => sessions.inspect().waiting.length === 2);

    // When
    await leasing.provider.grant(1);

    // Then
    await expect(ended).resolves.toEqual(['1', '1']);
    const warnings = leasing.stage.lines.filter(({ level }) => level === 'warn');
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('to answer to a release in time keeps no run from its end; the next waits for it', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const returned = createGate();
    leasing.provider.onRelease = () => returned.opened;
    const sessions = leasing.open();
    const request = { sessionFile: leasing.file() };
    await expect(sessions.run(request, (run) => run.fencingToken)).resolves.toBe('1');
    const next = sessions.run(request, (run) => run.fencingToken);
    expect(await stateOf(next)).toBe('pending');

    // When
    returned.open();

    // Then
    await expect(next).resolves.toBe('2');
  });

  it('to answer to a release at all leaves the next its deadline', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.onRelease = () => new Promise(() => undefined);
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file() }, () => 1);

    // When
    const next = sessions.acquire({ sessionFile: leasing.file(), waitMs: 5 });

    // Then
    await expect(next).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
  });

  it('to answer to an update in time keeps no run from its turn', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.onUpdate = () => new Promise(() => undefined);

    // When
    const tokens = await runTwice(leasing.open());

    // Then
    expect(tokens).toHaveLength(2);
  });

  it('is not asked to update a lease that was given back', async () => {
    // Given
    const late: string[] = [];
    leasing.provider.onUpdate = (lease) => {
      late.push(lease.state);
      return Promise.resolve();
    };
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.admit({ sessionFile, kind: 'cron', runId: 'a' });
    await leasing.provider.wish(1);
    const second = sessions.admit({ sessionFile, runId: 'b' });
    await until(() => sessions.inspect().waiting.length === 2);
    await sessions.interrupt({ runId: 'a' });
    await first.catch(() => undefined);

    // When: the turn ends in the step in which it begins
    const stops = sessions.admit({ sessionFile, mode: 'interrupt', runId: 'c' });
    await until(() => sessions.inspect().waiting.length === 2);
    await leasing.provider.grant(1);

    // Then
    await second;
    await stops;
    await sessions.interrupt({ runId: 'c' });
    expect(late.filter((state) => state !== 'held')).toEqual([]);
  });

  it('in isHeld leaves no section behind', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    leasing.provider.lease(1).question = new Error('cannot look');
    await expect(run.transcript.append({ a: 1 })).rejects.toThrow('cannot look');

    // When
    await run.release();

    // Then
    expect(run.end).toBe('released');
  });

  it('in isHeld in a queued write leaves nothing queued', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    leasing.provider.lease(1).question = new Error('cannot look');
    const queued = run.transcript.enqueue((transcript) => transcript.append({ a: 1 }));
    await expect(queued).rejects.toThrow('cannot look');

    // When
    await run.release();

    // Then
    expect(run.end).toBe('released');
  });

  it('in isHeld while a section is waited for leaves no section behind', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    const lease = leasing.provider.lease(1);
    const first = run.transcript.write(async () => {
      await turns();
      lease.question = new Error('cannot look');
    });
    const second = run.transcript.append({ a: 1 });
    await Promise.allSettled([first]);
    await expect(second).rejects.toThrow('cannot look');
    lease.question = undefined;

    // When
    await run.transcript.append({ a: 2 });

    // Then
    await run.release();
    expect(run.end).toBe('released');
  });
});
