import { symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { AdmitRequest, Coordinator, RunKind, Ticket } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { useFaultyFs } from '../ownership/support/faulty-fs.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { ask, askToWait, serve, startPondering } from './support/scene.js';

const FILE = 'memory:a';

describe('the order in which tickets are served', () => {
  const dir = useTempDir();
  const faulty = useFaultyFs();
  const stage = useStage();

  function waitingOn(sessions: Coordinator, file = FILE): string[] {
    return sessions.runs.waitingFor(file).map(({ runId }) => runId);
  }

  async function interruptAs(sessions: Coordinator, runId: string, kind: RunKind = 'person') {
    const request: AdmitRequest = {
      sessionFile: FILE,
      runId,
      kind,
      mode: 'interrupt',
      force: true,
    };
    return (await ask(sessions, request, 'interrupting')).ticket;
  }

  async function serveAll(tickets: readonly Ticket[]): Promise<string[]> {
    const served: string[] = [];
    for (const ticket of tickets) {
      void serve(ticket).then((runId) => served.push(runId));
    }
    while (served.length < tickets.length) await settled();
    return served;
  }

  it('[O9] is that of their kinds and calls, as for all requests', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const kinds: readonly RunKind[] = ['heartbeat', 'cron', 'person', 'maintenance', 'person'];
    const tickets: Ticket[] = [];
    for (const [at, kind] of kinds.entries()) {
      tickets.push(await askToWait(sessions, { sessionFile: FILE, kind, runId: `${kind} ${at}` }));
    }

    expect(waitingOn(sessions)).toEqual([
      'person 2',
      'person 4',
      'cron 1',
      'heartbeat 0',
      'maintenance 3',
    ]);
    const waiting = waitingOn(sessions);
    await run.release();
    expect(await serveAll(tickets)).toEqual(waiting);
  });

  it('tells each how many will be served before it', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const aheads: number[] = [];
    const tickets: Ticket[] = [];
    for (const kind of ['cron', 'cron', 'person', 'cron', 'heartbeat'] as const) {
      const { ahead, ticket } = await ask(sessions, { sessionFile: FILE, kind }, 'queued');
      aheads.push(ahead);
      tickets.push(ticket);
    }

    expect(aheads).toEqual([0, 1, 0, 3, 4]);
    for (const ticket of tickets) ticket.cancel();
    await run.release();
  });

  it('[I3] puts those that interrupt before all that only wait, in the order of their calls', async () => {
    // Given a person and a cron run that wait
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const tickets = [
      await askToWait(sessions, { sessionFile: FILE, runId: 'person' }),
      await askToWait(sessions, { sessionFile: FILE, runId: 'cron', kind: 'cron' }),
    ];

    // When runs of several kinds interrupt, the least urgent one first
    tickets.push(await interruptAs(sessions, 'first', 'maintenance'));
    tickets.push(await interruptAs(sessions, 'second', 'person'));
    tickets.push(await interruptAs(sessions, 'third', 'heartbeat'));

    // Then their calls decide, and whoever asks after them is behind them
    const { ahead, ticket } = await ask(sessions, { sessionFile: FILE, runId: 'last' }, 'queued');
    expect(ahead).toBe(4);
    const order = ['first', 'second', 'third', 'person', 'last', 'cron'];
    expect(waitingOn(sessions)).toEqual(order);
    await run.release();
    expect(await serveAll([...tickets, ticket])).toEqual(order);
  });

  it('[I3] puts parked runs that come back before those that interrupt', async () => {
    // Given a parked run that wants its turn back from the run that owns now
    const sessions = stage.open();
    const parked = await sessions.acquire({ sessionFile: FILE, runId: 'parked' });
    const pause = createGate();
    const back = parked.park(() => pause.opened);
    await settled();
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });

    // When a request interrupts that one, before the parked run asks
    const ticket = await interruptAs(sessions, 'interrupter');
    pause.open();
    await settled();

    // Then the parked run is first all the same
    expect(waitingOn(sessions)).toEqual(['parked', 'interrupter']);
    await owner.release();
    await back;
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('parked');
    await parked.release();
    await serve(ticket);
  });

  it('[I3] is that of the calls where a path that interrupts takes longer to be resolved', async () => {
    // Given a run on a file, and a request by a link to it that takes its time
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    await symlink('s.jsonl', dir.join('link.jsonl'));
    const run = await sessions.acquire({ sessionFile });
    const slow = faulty.holdRealpath(dir.join('link.jsonl'));
    const link = { sessionFile: dir.join('link.jsonl'), mode: 'interrupt' } as const;
    const first = sessions.admit({ ...link, runId: 'first' });
    const second = sessions.admit({ ...link, sessionFile, runId: 'second' });
    await second;

    slow.open();
    const answers = await Promise.all([first, second]);

    expect(answers.map(({ outcome }) => outcome)).toEqual(['interrupting', 'interrupting']);
    expect(waitingOn(sessions, sessionFile)).toEqual(['first', 'second']);
    await run.release();
    for (const answer of answers) if ('ticket' in answer) await serve(answer.ticket);
  });

  it('[R1] keeps the place that a steered request took at the call, while the holder thinks', async () => {
    // Given a message that the holder thinks about, and one that came after it
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const first = sessions.admit({ sessionFile: FILE, mode: 'steer', runId: 'first' });
    await settled();
    const second = await ask(sessions, { sessionFile: FILE, runId: 'second' }, 'queued');
    expect(second.ahead).toBe(1);

    // When the holder does not want it
    holder.answer.open(false);
    const answer = await first;

    // Then it stands where it came
    expect(answer).toMatchObject({ outcome: 'queued', ahead: 0 });
    expect(waitingOn(sessions)).toEqual(['first', 'second']);
    await holder.end();
    expect('ticket' in answer && (await serve(answer.ticket))).toBe('first');
    expect(await serve(second.ticket)).toBe('second');
  });
});
