import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { LeaseLostError } from '../../src/errors/lease-errors.js';
import { RunInterruptedError, type Run } from '../../src/index.js';
import { ask } from '../admission/support/scene.js';
import { startHeedless } from '../ownership/support/steps.js';
import { assertError, typesOf, until, waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { openPrompt } from '../transcript/windows/support/windows.js';
import { turns, useLeasing } from './support/leasing.js';

describe('[T4] a run whose lease is lost', () => {
  const leasing = useLeasing();

  const start = async (): Promise<{ readonly run: Run; readonly lose: () => LeaseLostError }> => {
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file(), runId: 'a' });
    return { run, lose: () => leasing.provider.lease(1).lose() };
  };

  it('[T5] is told by its signal, with the loss as the cause, and has ended', async () => {
    // Given
    const { run, lose } = await start();
    const { signal } = run;

    // When
    const lost = lose();

    // Then
    expect(signal.reason).toBeInstanceOf(RunInterruptedError);
    expect(signal.reason).toMatchObject({ why: 'lease-lost', cause: lost });
    expect(run.end).toBe('lease-lost');
  });

  it('[V5] is told of by events, and counted', async () => {
    // Given
    const { lose } = await start();

    // When
    lose();

    // Then
    expect(typesOf(leasing.stage.events)).toEqual([
      'requested',
      'granted',
      'lease-lost',
      'signalled',
      'revoked',
      'ended',
    ]);
    expect(leasing.stage.events).toContainEqual(
      expect.objectContaining({ type: 'lease-lost', runId: 'a', fencingToken: '1' }),
    );
    expect(leasing.stage.events.at(-1)).toMatchObject({ end: 'lease-lost', why: 'lease-lost' });
  });

  it('[T5] is refused with RunRevokedError from then on', async () => {
    // Given
    const { run, lose } = await start();
    await run.transcript.append({ a: 1 });
    const lost = lose();

    // When
    const refused = run.transcript.append({ a: 2 });

    // Then
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
      cause: { why: 'lease-lost', cause: lost },
    });
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });

  it('[T5] writes nothing where it only learns of the loss right before the write', async () => {
    // Given
    const { run } = await start();
    await run.transcript.append({ a: 1 });
    leasing.provider.leases[0]?.vanish();

    // When
    const refused = run.transcript.append({ a: 2 });

    // Then
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
      cause: { why: 'lease-lost', cause: { code: 'ERR_SESSION_LEASE_LOST', fencingToken: '1' } },
    });
    expect(run.end).toBe('lease-lost');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
  });

  it.each([
    ['rewrite', (run: Run) => run.transcript.rewrite(() => Buffer.from('{"b":1}\n'))],
    ['write', (run: Run) => run.transcript.write((path) => writeFile(path, 'x'))],
    ['writeSync', async (run: Run) => run.transcript.writeSync(() => 1)],
    ['enqueue', (run: Run) => run.transcript.enqueue((transcript) => transcript.append({ b: 1 }))],
    ['read', (run: Run) => run.transcript.read()],
    ['dropTornTail', (run: Run) => run.transcript.dropTornTail()],
    ['rotate', (run: Run) => run.transcript.rotate(`${run.sessionFile}.next`)],
  ])('[T5] touches nothing with `%s` then', async (_, use) => {
    // Given
    const { run } = await start();
    await run.transcript.append({ a: 1 });
    leasing.provider.leases[0]?.vanish();

    // When
    const refused = use(run);

    // Then
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n');
    expect(run.end).toBe('lease-lost');
  });

  it('goes on where nobody can tell right before a write, which is refused', async () => {
    // Given
    const { run } = await start();
    const said = Object.assign(new Error('cannot look'), { code: 'EIO' });
    leasing.provider.lease(1).question = said;
    await expect(run.transcript.append({ a: 1 })).rejects.toBe(said);
    expect(run.phase).toBe('active');

    // When
    leasing.provider.lease(1).question = undefined;
    await run.transcript.append({ a: 2 });

    // Then
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":2}\n');
    await run.release();
  });

  it('rejects run() at once, and hands what its task still produces to `rescue`', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const rescued = createGate<unknown>();
    const request = {
      sessionFile: leasing.file(),
      rescue: (value: unknown) => rescued.open(value),
    };
    const heedless = await startHeedless(leasing.open(), request);

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    await expect(heedless.outcome).rejects.toMatchObject({ why: 'lease-lost' });
    heedless.end.open('late');
    await expect(rescued.opened).resolves.toBe('late');
  });

  it('gets no time to settle: the next run asks for the lease in that step', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.acquire({ sessionFile });
    const lease = await leasing.provider.grant(1);
    const run = await first;
    const next = await waitBehind(sessions, { sessionFile });

    // When
    lease.lose();

    // Then
    expect(run.phase).toBe('ended');
    expect(leasing.provider.wishes).toHaveLength(2);
    expect(sessions.inspect().held).toEqual([]);
    await leasing.provider.grant(2);
    expect((await next.granted).fencingToken).toBe('2');
    await (await next.granted).release();
  });

  it('is told once, however often the provider says so', async () => {
    // Given
    const { lose } = await start();

    // When
    lose();
    lose();

    // Then
    expect(typesOf(leasing.stage.events).filter((type) => type === 'lease-lost')).toHaveLength(1);
    expect(leasing.stage.events.at(-1)).toMatchObject({ type: 'ended' });
  });

  it('keeps the reason that its signal fired with before', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const heedless = await startHeedless(sessions, { sessionFile: leasing.file() });
    const interrupted = sessions.interrupt({ runId: heedless.run.runId });
    await turns();

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    await expect(heedless.outcome).rejects.toMatchObject({ why: 'user' });
    expect(heedless.run.end).toBe('lease-lost');
    await interrupted;
    heedless.end.open(undefined);
    await turns();
  });

  it('leaves a parked run alone', async () => {
    // Given
    const { run } = await start();
    const back = createGate();
    const parked = run.park(() => back.opened);
    await until(() => leasing.provider.held.length === 0);

    // When
    leasing.provider.leases[0]?.lose();
    back.open();

    // Then
    await parked;
    expect(run.signal.aborted).toBe(false);
    expect(run.fencingToken).toBe('2');
    await run.release();
  });

  it('ends a run in its prompt', async () => {
    // Given
    const { run, lose } = await start();
    const window = await openPrompt(run);

    // When
    lose();

    // Then
    await expect(window.outcome).rejects.toMatchObject({ why: 'lease-lost' });
    expect(window.signal.aborted).toBe(true);
    expect(run.end).toBe('lease-lost');
    window.end();
  });

  it('ends a run that maintains', async () => {
    // Given
    const { run, lose } = await start();
    const going = createGate();
    const maintained = run.maintain(() => going.opened, { deadlineMs: 60_000 });
    maintained.catch(() => undefined);
    await turns();

    // When
    lose();

    // Then
    await expect(maintained).rejects.toMatchObject({ why: 'lease-lost' });
    expect(run.end).toBe('lease-lost');
    going.open();
    await turns();
  });

  it('takes an open section from the run', async () => {
    // Given
    const { run, lose } = await start();
    const going = createGate();
    const written = run.transcript.write(async () => {
      await going.opened;
      await run.transcript.append({ late: true });
    });
    await turns();

    // When
    lose();
    going.open();

    // Then
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(run.end).toBe('lease-lost');
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses what was queued and has not begun', async () => {
    // Given
    const { run, lose } = await start();
    const going = createGate();
    const first = run.transcript.enqueue(() => going.opened);
    const second = run.transcript.enqueue((transcript) => transcript.append({ late: true }));
    first.catch(() => undefined);

    // When
    lose();
    going.open();

    // Then
    await expect(second).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    await expect(readFile(leasing.file(), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
    await turns();
  });

  it('ends a run that finishes, whose result goes to `rescue`', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const rescued = createGate<unknown>();
    const going = createGate();
    const sessions = leasing.open();
    const request = {
      sessionFile: leasing.file(),
      rescue: (value: unknown) => rescued.open(value),
    };
    const outcome = sessions.run(request, (run) => {
      run.transcript.enqueue(() => going.opened).catch(() => undefined);
      return 'done';
    });
    await until(() => sessions.inspect().held[0]?.phase === 'finishing');

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    const error = await assertError(outcome, RunInterruptedError);
    expect(error.why).toBe('lease-lost');
    await expect(rescued.opened).resolves.toBe('done');
    expect(sessions.inspect().counters.ends['lease-lost']).toBe(1);
    going.open();
    await turns();
  });

  it('ends a turn that nobody has claimed, and the claim is told', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const { ticket } = await ask(sessions, { sessionFile: leasing.file() }, 'run');

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    expect(ticket.state).toBe('ended');
    await expect(ticket.acquire()).rejects.toMatchObject({ why: 'lease-lost' });
    expect(sessions.inspect().counters.ends['lease-lost']).toBe(1);
  });

  it('ignores what is told late of a lease that another has followed', async () => {
    // Given
    const { run, lose } = await start();
    const former = leasing.provider.lease(1);
    await run.park(() => 1);
    expect(run.fencingToken).toBe('2');

    // When
    former.lose();
    lose();

    // Then
    expect(run.phase).toBe('active');
    await run.transcript.append({ a: 1 });
    await run.release();
  });

  it('is told of a loss that happened before the lease was handed over', async () => {
    // Given
    const granted = leasing.open().acquire({ sessionFile: leasing.file() });
    granted.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When: in the very tick
    wish.grant().lose();
    await turns();

    // Then
    expect(leasing.provider.wishes).toHaveLength(2);
    await leasing.provider.grant(2);
    await expect(granted).resolves.toMatchObject({ fencingToken: '2' });
    await (await granted).release();
  });

  it('is given back to its provider all the same, once', async () => {
    // Given
    leasing.provider.isGenerous = true;
    await leasing.open().acquire({ sessionFile: leasing.file() });

    // When
    leasing.provider.lease(1).lose();
    await turns();

    // Then
    expect(leasing.provider.lease(1).releases).toBe(1);
  });
});
