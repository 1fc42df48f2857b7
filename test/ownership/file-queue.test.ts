import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/ownership/run/run-record.js';
import { recordOf } from '../../src/runs/run-handle.js';
import { FileQueue } from '../../src/ownership/file/file-queue.js';
import { useStage } from './support/stage.js';

describe('FileQueue', () => {
  const stage = useStage();

  /** Records of real runs, which no queue holds any more. */
  async function records(...kinds: RunRecord['kind'][]): Promise<RunRecord[]> {
    const sessions = stage.open();
    return await Promise.all(
      kinds.map(async (kind, index) => {
        const run = await sessions.acquire({ sessionFile: `memory:${index}`, kind });
        await run.release();
        return recordOf(run) as RunRecord;
      }),
    );
  }

  it('serves resumes first, then requests by urgency, and agrees with itself about it', async () => {
    // Given two resumes and four requests, put in in no order
    const [cron, late, person, child, first, second] = (await records(
      'cron',
      'heartbeat',
      'person',
      'child',
      'maintenance',
      'person',
    )) as [RunRecord, RunRecord, RunRecord, RunRecord, RunRecord, RunRecord];
    const queue = new FileQueue('key', '/key');
    for (const record of [cron, late, person, child]) queue.enqueue(record);
    queue.enqueueResume(first);
    queue.enqueueResume(second);

    // When they are served one after the other
    const listed = queue.inOrder();
    const positions = [cron, late, person, child].map((record) => queue.positionOf(record));
    const served: RunRecord[] = [];
    for (let head = queue.head(); head !== undefined; head = queue.head()) {
      served.push(head);
      queue.remove(head);
    }

    // Then that is the order that was shown before
    expect(served).toEqual([first, second, person, child, cron, late]);
    expect(listed).toEqual(served);
    expect(positions).toEqual([5, 6, 3, 4]);
    expect({ waiting: queue.waiting, isUnused: queue.isUnused }).toEqual({
      waiting: 0,
      isUnused: true,
    });
  });

  it('remove() leaves a run that stands in another queue, or in none, alone', async () => {
    const [one, other] = (await records('cron', 'cron')) as [RunRecord, RunRecord];
    const queue = new FileQueue('one', '/one');
    const elsewhere = new FileQueue('other', '/other');
    queue.enqueue(one);
    elsewhere.enqueue(other);

    queue.remove(other);

    expect([queue.head(), elsewhere.head()]).toEqual([one, other]);
    expect([queue.waiting, elsewhere.waiting]).toEqual([1, 1]);
    queue.remove(one);
    queue.remove(one);
    expect(queue.waiting).toBe(0);
    elsewhere.remove(other);
  });

  it('moreUrgentThan() gives the waiting requests of more urgent kinds only', async () => {
    const [cron, person, beat] = (await records('cron', 'person', 'heartbeat')) as [
      RunRecord,
      RunRecord,
      RunRecord,
    ];
    const queue = new FileQueue('key', '/key');
    for (const record of [cron, person, beat]) queue.enqueue(record);

    expect([...queue.moreUrgentThan(0)]).toEqual([]);
    expect([...queue.moreUrgentThan(3)]).toEqual([person]);
    expect([...queue.moreUrgentThan(5)]).toEqual([person, cron, beat]);
    for (const record of [cron, person, beat]) queue.remove(record);
  });
});
