import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../src/runs/run-handle.js';
import { createGate } from '../../support/gate.js';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';

const desk = useDesk();
const next = (): string => desk.dir.join('next.jsonl');

describe('rotate() and others', () => {
  it('[P8] takes waiting runs along, in their order', async () => {
    // Given three runs that wait, one of them more urgent
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const order: string[] = [];
    const ask = (runId: string, kind: 'person' | 'heartbeat'): Promise<void> =>
      coordinator.run({ sessionFile: desk.file, runId, kind }, async (run) => {
        order.push(runId);
        await run.transcript.append(runId);
      });
    const asked = [ask('h', 'heartbeat'), ask('p1', 'person'), ask('p2', 'person')];
    await until(() => coordinator.inspect().waiting.length === 3);
    // When the turn moves, somebody asks for the new name, and the turn ends
    await owner.transcript.rotate(next());
    asked.push(
      coordinator.run({ sessionFile: next(), runId: 'late' }, () => void order.push('late')),
    );
    await until(() => coordinator.inspect().waiting.length === 4);
    expect(coordinator.runs.waitingFor(next())).toHaveLength(4);
    await owner.release();
    await Promise.all(asked);
    // Then they were served in their order, in the new file
    expect(order).toEqual(['p1', 'p2', 'late', 'h']);
    expect(desk.content('next.jsonl')).toBe('"p1"\n"p2"\n"h"\n');
    expect(await desk.names()).toEqual(['next.jsonl']);
  });

  it('[P8] takes guests along that wait at the gate', async () => {
    // Given a guest that waits for the end of a section
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const gate = createGate();
    const section = owner.transcript.write(() => gate.opened);
    const moved = owner.transcript.rotate(next());
    const guest = coordinator.write(desk.file, (transcript) => transcript.append('guest'));
    await until(() => recordOf(owner)?.work?.sections === 2);
    // When the turn moves before the guest is let in
    gate.open();
    await Promise.all([section, moved, guest]);
    await owner.release();
    // Then it has written into the new file
    expect(desk.content('next.jsonl')).toBe('"guest"\n');
  });

  it('[P8] lets a guest that names the old file write into the new one', async () => {
    await desk.own(async (run, coordinator) => {
      await run.transcript.rotate(next());
      await coordinator.write(desk.file, (transcript) => transcript.append('guest'));
    });

    expect(desk.content('next.jsonl')).toBe('"guest"\n');
  });

  it('[P8] makes the old name a file of its own once the run has ended', async () => {
    desk.given('{"n":1}\n');
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    await owner.transcript.rotate(next());
    await owner.release();

    const [old, fresh] = await Promise.all([
      coordinator.acquire({ sessionFile: desk.file, waitMs: 0 }),
      coordinator.acquire({ sessionFile: next(), waitMs: 0 }),
    ]);

    expect([old.sessionFile, fresh.sessionFile]).toEqual([desk.file, next()]);
    await old.release();
    await fresh.release();
  });

  it('[P8] makes the old name a file of its own while others go on in the new one', async () => {
    const coordinator = desk.open();
    const owner = await coordinator.acquire({ sessionFile: desk.file });
    const second = coordinator.acquire({ sessionFile: desk.file });
    await until(() => coordinator.inspect().waiting.length === 1);
    await owner.transcript.rotate(next());
    await owner.release();

    const heir = await second;
    const other = await coordinator.acquire({ sessionFile: desk.file, waitMs: 0 });

    expect([heir.sessionFile, other.sessionFile]).toEqual([next(), desk.file]);
    await heir.release();
    await other.release();
  });
});
