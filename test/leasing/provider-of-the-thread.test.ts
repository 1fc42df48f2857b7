import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.js';
import { OwnerTable } from '../../src/ownership/owner-table.js';
import { useTable } from '../model/fresh-table.js';
import { until } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { FakeLeases } from './support/fake-leases.js';
import { turns, useLeasing } from './support/leasing.js';

describe('the provider of a thread', () => {
  const leasing = useLeasing();
  beforeEach(() => useTable(new OwnerTable()));
  const shared = { isolated: false } as const;

  it('is shared by all coordinators, also by those made before and without one', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const before = leasing.stage.open(shared);
    const first = leasing.open(shared);
    const second = leasing.open(shared);
    const tokens: (string | undefined)[] = [];

    // When
    for (const sessions of [before, first, second]) {
      await sessions.run({ sessionFile: leasing.file() }, (run) => tokens.push(run.fencingToken));
    }

    // Then
    expect(tokens).toEqual(['1', '2', '3']);
  });

  it('is one for the waiters of all coordinators', async () => {
    // Given
    const [one, other] = [leasing.open(shared), leasing.open(shared)];
    const sessionFile = leasing.file();
    const ended = [one, other].map((sessions) => sessions.run({ sessionFile }, () => 1));
    await until(() => one.inspect().waiting.length === 2);

    // When
    await leasing.provider.grant(1);

    // Then
    await Promise.all(ended);
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('is refused where it is another one', () => {
    // Given
    leasing.open(shared);

    // When
    const open = (): unknown => leasing.stage.open({ ...shared, leases: new FakeLeases() });

    // Then
    expect(open).toThrow(ConfigurationError);
  });

  it('is refused while a run has a file without it', async () => {
    // Given
    const before = leasing.stage.open(shared);
    const run = await before.acquire({ sessionFile: leasing.file() });

    // When
    const open = (): unknown => leasing.open(shared);

    // Then
    expect(open).toThrow(ConfigurationError);
    await run.release();
    expect(open).not.toThrow();
  });

  it('is refused while a parked run may come back without it', async () => {
    // Given
    const before = leasing.stage.open(shared);
    const run = await before.acquire({ sessionFile: leasing.file() });
    const back = createGate();
    const parked = run.park(() => back.opened);

    // When
    const open = (): unknown => leasing.open(shared);

    // Then
    expect(open).toThrow(ConfigurationError);
    back.open();
    await parked;
    await run.release();
  });

  it('is refused while a guest writes without it', async () => {
    // Given
    const before = leasing.stage.open(shared);
    const owner = await before.acquire({ sessionFile: leasing.file() });
    const entered = createGate();
    const going = createGate();
    const wrote = before.write(leasing.file(), () => {
      entered.open();
      return going.opened;
    });
    await entered.opened;
    await owner.release();

    // When
    const open = (): unknown => leasing.open(shared);

    // Then
    expect(open).toThrow(ConfigurationError);
    going.open();
    await wrote;
  });

  it('does not mind markers in use', async () => {
    // Given
    const before = leasing.stage.open(shared);
    const run = await before.acquire({ sessionFile: 'memory:a' });

    // When
    const open = (): unknown => leasing.open(shared);

    // Then
    expect(open).not.toThrow();
    await run.release();
  });

  it('leases a file whose path was on its way when it came', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const before = leasing.stage.open(shared);
    const granted = before.acquire({ sessionFile: leasing.file() });

    // When
    leasing.open(shared);

    // Then
    const run = await granted;
    expect(run.fencingToken).toBe('1');
    await run.release();
    await turns();
  });

  it('chooses no markers where it is refused', () => {
    // Given
    leasing.open(shared);
    const other = { ...shared, leases: new FakeLeases() };
    expect(() => leasing.stage.open({ ...other, markers: ['mine'] })).toThrow(ConfigurationError);

    // When
    const open = (): unknown => leasing.stage.open({ ...shared, markers: ['theirs'] });

    // Then
    expect(open).not.toThrow();
  });

  it.each([
    ['no name', { name: '' }],
    ['no acquire', { acquire: undefined }],
    ['no inspect', { inspect: undefined }],
    ['no close', { close: 1 }],
    ['a wrong limit', { maxHandOvers: -1 }],
    ['half a hand-over', { maxHandOvers: 1.5 }],
  ])('is checked: %s', (_, changes) => {
    // Given
    const leases: FakeLeases = Object.assign(new FakeLeases(), changes as object);

    // When
    const open = (): unknown => leasing.stage.open({ leases });

    // Then
    expect(open).toThrow(/Invalid/);
  });
});
