import { link, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ask } from '../../admission/support/scene.js';
import { stateOf } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { turns, useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

describe('whenFree(), of a file on which a run is parked', () => {
  const leasing = useLeasing();

  async function park(sessions: ReturnType<typeof leasing.open>) {
    leasing.provider.isGenerous = true;
    const back = createGate();
    const run = await sessions.acquire({ sessionFile: leasing.file(), runId: 'parked' });
    const parked = run.park(() => back.opened);
    await turns();
    return async (): Promise<void> => {
      back.open();
      await parked;
      await run.release();
    };
  }

  it('[R6] comes true when the owner has ended', async () => {
    // Given
    const sessions = leasing.open();
    const comeBack = await park(sessions);
    const owner = await sessions.acquire({ sessionFile: leasing.file() });
    const busy = await ask(sessions, { sessionFile: leasing.file(), mode: 'skip' }, 'busy');
    const free = busy.whenFree();
    expect(await stateOf(free)).toBe('pending');

    // When
    await owner.release();

    // Then
    expect(await free).toBe(true);
    await comeBack();
  });

  it('[R6] comes true when another process has given the file back', async () => {
    // Given
    const sessions = leasing.open();
    const comeBack = await park(sessions);
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const busy = await ask(sessions, { sessionFile: leasing.file(), mode: 'skip' }, 'busy');

    // When
    leasing.provider.elsewhere.clear();

    // Then
    expect(await busy.whenFree({ waitMs: 5_000 })).toBe(true);
    await comeBack();
  });

  it('[R6] [P7] asks for the lock of the name under which the file is in use', async () => {
    // Given: the file is asked for by another of its names
    await writeFile(leasing.file(), '');
    await link(leasing.file(), leasing.file('linked.jsonl'));
    const sessions = leasing.open();
    const comeBack = await park(sessions);
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const request = { sessionFile: leasing.file('linked.jsonl'), mode: 'skip' } as const;
    const busy = await ask(sessions, request, 'busy');

    // When
    const isFree = await busy.whenFree({ waitMs: 0 });

    // Then
    expect(isFree).toBe(false);
    leasing.provider.elsewhere.clear();
    await comeBack();
  });
});
