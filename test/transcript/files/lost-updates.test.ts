import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { useDesk } from './support/desk.js';

const desk = useDesk();

interface Counted {
  readonly count: number;
}

const increment = (current: Buffer): string => {
  const { count } = JSON.parse(current.toString().split('\n')[0] ?? '') as Counted;
  const rest = current.toString().split('\n').slice(1).join('\n');
  return `${JSON.stringify({ count: count + 1 })}\n${rest}`;
};
/** Gives everybody else an opening while the update is made. */
const incrementLater = async (current: Buffer): Promise<string> => {
  await new Promise((done) => {
    setImmediate(done);
  });
  return increment(current);
};

function countOf(text: string): number {
  return (JSON.parse(text.split('\n')[0] ?? '') as Counted).count;
}

function times<T>(count: number, work: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => work(index));
}

describe('concurrent rewrites', () => {
  it('[L11] lose no increment of one run', async () => {
    desk.given('{"count":0}\n');

    await desk.own((run) => Promise.all(times(40, () => run.transcript.rewrite(incrementLater))));

    expect(countOf(desk.content())).toBe(40);
  });

  it('[L11] lose no increment of many runs, guests and queued writes', async () => {
    // Given many runs that count and append, and guests that append meanwhile
    desk.given('{"count":0}\n');
    const coordinator = desk.open();
    const turn = async (run: Run): Promise<void> => {
      const queued = run.transcript.enqueue((transcript) => transcript.append('queued'));
      const counts = times(3, () => run.transcript.rewrite(incrementLater));
      const own = run.transcript.append('own');
      await Promise.all([queued, ...counts, own]);
    };
    const guest = (): Promise<void> =>
      coordinator.write(desk.file, (transcript) => transcript.append('guest'));
    // When all of them work at once
    await Promise.all([
      ...times(10, () => coordinator.run({ sessionFile: desk.file }, turn)),
      ...times(20, guest),
    ]);
    // Then nothing of it is lost
    const lines = desk.content().trimEnd().split('\n');
    const counted = (line: string): number => lines.filter((other) => other === line).length;
    expect(countOf(desk.content())).toBe(30);
    expect([counted('"own"'), counted('"queued"'), counted('"guest"')]).toEqual([10, 10, 20]);
  });

  it('[L11] see what was written in the section of others before them', async () => {
    desk.given('{"count":0}\n');

    await desk.own((run) =>
      Promise.all([
        run.transcript.write((path) => run.transcript.rewrite(() => `{"count":${path.length}}\n`)),
        run.transcript.rewrite(increment),
      ]),
    );

    expect(countOf(desk.content())).toBe(desk.file.length + 1);
  });

  it('[L11] of two coordinators lose no increment', async () => {
    // Given two coordinators that share the owner table of this thread
    desk.given('{"count":0}\n');
    const both = [desk.open({ isolated: false }), desk.open({ isolated: false })];
    const count = (coordinator: Coordinator): Promise<void> =>
      coordinator.run({ sessionFile: desk.file }, (run) => run.transcript.rewrite(incrementLater));
    // When both count at once
    await Promise.all(both.flatMap((coordinator) => times(10, () => count(coordinator))));
    // Then nothing is lost
    expect(countOf(desk.content())).toBe(20);
  });
});
