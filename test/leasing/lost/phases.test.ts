import { describe, expect, it } from 'vitest';
import { RunInterruptedError } from '../../../src/index.js';
import { ask } from '../../admission/support/scene.js';
import { startHeedless } from '../../ownership/support/steps.js';
import { assertError, until } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { openPrompt } from '../../transcript/windows/support/windows.js';
import { turns, useLeasing } from '../support/leasing.js';
import { startLosable } from './support/losable.js';

describe('[T4] a run whose lease is lost', () => {
  const leasing = useLeasing();
  const start = () => startLosable(leasing);

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
});
