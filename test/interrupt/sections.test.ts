import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { type Run, RunRevokedError } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate, type Gate } from '../support/gate.js';
import { until } from '../runs/support/sessions.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { holdSection, sectionsOf } from '../transcript/gate/support/hold.js';
import { revokeEarly } from '../transcript/gate/support/revoke.js';
import { ask, brief, errorOf } from './support/runs.js';

const BEFORE = '{"n":1}\n';

/** Calls that are under way until the test lets them go on. */
type Begins = (run: Run, go: Gate<void>, next: string) => Promise<unknown>;

const REWRITE: Begins = (run, go) =>
  run.transcript.rewrite(async () => {
    await go.opened;
    return '{"n":2}\n';
  });
const ENQUEUE: Begins = (run, go) =>
  run.transcript.enqueue(async (transcript) => {
    await go.opened;
    await transcript.append({ n: 2 });
  });
const NESTED: Begins = (run, go) =>
  run.transcript.write(async () => {
    await go.opened;
    await run.transcript.append({ n: 2 });
  });
const ROTATE: Begins = async (run, go, next) => {
  const section = run.transcript.write(() => go.opened);
  await Promise.all([section, run.transcript.rotate(next)]);
};

describe('an interrupt while a section is open', () => {
  useFakeTime();
  const desk = useDesk();

  it.each<[string, Begins, string]>([
    ['rewrite', REWRITE, '{"n":2}\n'],
    ['queued write', ENQUEUE, '{"n":1}\n{"n":2}\n'],
    ['append in a wrapped write', NESTED, '{"n":1}\n{"n":2}\n'],
  ])('lets a %s come to its end, and the run with it', async (_, begins, content) => {
    // Given a run in the middle of it, and one that waits
    const sessions = desk.open({ settleMs: 1_000 });
    const sessionFile = desk.seed(BEFORE);
    const run = await sessions.acquire({ sessionFile, runId: 'a' });
    const go = createGate();
    const work = begins(run, go, desk.file('next.jsonl'));
    await until(() => sectionsOf(run) > 0);
    const next = ask(sessions, { sessionFile });

    // When it is interrupted, and goes on within its time
    const told = sessions.interrupt({ runId: 'a' });
    go.open();
    await work;
    await run.release();

    // Then what it wrote is whole, and the next one sees it
    expect(brief(await told)).toBe('ended a');
    expect(readFileSync(sessionFile, 'utf8')).toBe(content);
    const successor = await next;
    expect((await successor.transcript.readRecords()).torn).toBeUndefined();
    await successor.release();
  });

  it.each<[string, Begins]>([
    ['rewrite', REWRITE],
    ['queued write', ENQUEUE],
    ['append in a wrapped write', NESTED],
    ['rotate at the gate', ROTATE],
  ])('refuses a %s that comes too late, and the file stays', async (_, begins) => {
    // Given a run in the middle of it, which does not end in time
    const sessions = desk.open({ settleMs: 1_000 });
    const sessionFile = desk.seed(BEFORE);
    const run = await sessions.acquire({ sessionFile, runId: 'a' });
    const go = createGate();
    const work = begins(run, go, desk.file('next.jsonl'));
    work.catch(() => {});
    await until(() => sectionsOf(run) > 0);
    const next = ask(sessions, { sessionFile });

    // When it is interrupted, loses its turn, and goes on after that
    const told = sessions.interrupt({ runId: 'a' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(brief(await told)).toBe('revoked a');
    const successor = await next;
    go.open();

    // Then it is refused before it touches the file, which its successor has
    await errorOf(work, RunRevokedError);
    expect(readFileSync(sessionFile, 'utf8')).toBe(BEFORE);
    await successor.transcript.append({ n: 3 });
    expect(desk.records()).toEqual([{ n: 1 }, { n: 3 }]);
    expect(successor.sessionFile).toBe(sessionFile);
    await successor.release();
  });

  it('lets a rotate come to its end, and shows the run under its new name', async () => {
    // Given a rotate that waits for the section before it
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed(BEFORE), runId: 'a' });
    const section = await holdSection(run);
    const rotated = run.transcript.rotate(desk.file('next.jsonl'));
    // When the run is interrupted, and goes on
    const told = sessions.interrupt({ runId: 'a' });
    await section.leave();
    await rotated;
    await run.release();
    // Then the file was moved, and the outcome says so
    expect((await told).run?.sessionFile).toBe(desk.file('next.jsonl'));
    expect(sessions.runs.size).toBe(0);
  });

  it.each<[string, (run: Run, next: string) => Promise<unknown>]>([
    ['append', (run) => run.transcript.append({ late: true })],
    ['rewrite', (run) => run.transcript.rewrite(() => 'late')],
    ['rotate', (run, next) => run.transcript.rotate(next)],
    ['write', (run) => run.transcript.write(() => 'late')],
    ['enqueue', (run) => run.transcript.enqueue((transcript) => transcript.append(1))],
    ['read', (run) => run.transcript.read()],
  ])('[T5] refuses every late %s of the run', async (_, write) => {
    // Given a run that was interrupted and lost its turn
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed(BEFORE), runId: 'a' });
    const { transcript } = run;
    expect(await transcript.readRecords()).toMatchObject({ records: [{ n: 1 }] });
    const told = sessions.interrupt(run, { settleMs: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(brief(await told)).toBe('revoked a');
    // When it uses its transcript
    const error = await errorOf(write(run, desk.file('next.jsonl')), RunRevokedError);
    // Then it is refused with the reason, and nothing was touched
    expect(error.cause).toMatchObject({ why: 'user' });
    expect(readFileSync(desk.file(), 'utf8')).toBe(BEFORE);
  });

  it('of a run whose turn is being taken shortens what it has left', async () => {
    // Given a run whose turn is taken as soon as its section ends
    const sessions = desk.open({ settleMs: 60_000 });
    const run = await sessions.acquire({ sessionFile: desk.seed(BEFORE), runId: 'a' });
    const section = await holdSection(run);
    revokeEarly(run);
    expect(run.phase).toBe('active');
    // When it is interrupted without patience
    const told = sessions.interrupt({ runId: 'a' }, { settleMs: 10 });
    await vi.advanceTimersByTimeAsync(10);
    // Then its section has no more time than that
    expect(brief(await told)).toBe('revoked a');
    await section.leave();
  });

  it('of a run whose turn is being taken is over with its section', async () => {
    const sessions = desk.open({ settleMs: 60_000 });
    const run = await sessions.acquire({ sessionFile: desk.seed(BEFORE), runId: 'a' });
    const section = await holdSection(run);
    revokeEarly(run);
    const told = sessions.interrupt({ runId: 'a' });
    await section.leave();
    expect(await told).toMatchObject({ status: 'revoked', settled: false, waitedMs: 0 });
  });
});
