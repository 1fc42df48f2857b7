import { describe, expect, it } from 'vitest';
import type { OwnershipEvent } from '../../../src/index.js';
import { useDesk } from './support/desk.js';

const desk = useDesk();
const next = (): string => desk.dir.join('next.jsonl');

function told(events: readonly OwnershipEvent[]): unknown[] {
  return events.map(({ type, sessionFile }) => [type, sessionFile]);
}

describe('the history of a turn that moved', () => {
  it('[P8] says of each event which file it was about at the time', async () => {
    const coordinator = await desk.own(async (run, own) => {
      await run.transcript.rotate(next());
      return own;
    });

    expect(told(coordinator.history())).toEqual([
      ['requested', desk.file],
      ['granted', desk.file],
      ['rotated', next()],
      ['ended', next()],
    ]);
  });

  it('[P8] is kept under the name that was left, too', async () => {
    const coordinator = await desk.own(async (run, own) => {
      await run.transcript.rotate(next());
      return own;
    });

    const types = coordinator.history(desk.file).map(({ type }) => type);
    expect(types).toEqual(['requested', 'granted', 'rotated']);
    expect(coordinator.history(next()).map(({ type }) => type)).toContain('ended');
  });

  it('[P8] is what the next run of the new file has as its previous one', async () => {
    const coordinator = desk.open();
    const request = { sessionFile: desk.file, runId: 'mover' };
    await coordinator.run(request, (run) => run.transcript.rotate(next()));

    const previous = await coordinator.run({ sessionFile: next() }, (run) => run.previous);

    expect(previous).toMatchObject({ runId: 'mover', end: 'completed' });
  });

  it('[P8] names the file that was left', async () => {
    await desk.own((run) => run.transcript.rotate(next()));

    const moved = desk.events.find(({ type }) => type === 'rotated');
    expect(moved).toMatchObject({ sessionFile: next(), formerSessionFile: desk.file });
  });
});
