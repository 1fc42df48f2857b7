import { describe, expect, it } from 'vitest';
import { nextEventId } from '../../src/support/event-id.js';
import { Outbox } from '../../src/support/outbox.js';

describe('Outbox', () => {
  it('[V5] makes no call before flush(), then all in order', () => {
    const outbox = new Outbox();
    const order: number[] = [];
    outbox.push(() => order.push(1));
    outbox.push(() => order.push(2));
    expect(order).toEqual([]);
    outbox.flush();
    expect(order).toEqual([1, 2]);
    outbox.flush();
    expect(order).toEqual([1, 2]);
  });

  it('[V5] makes the calls that calls cause after all others, never inside of them', () => {
    const outbox = new Outbox();
    const order: string[] = [];
    outbox.push(() => {
      order.push('one begins');
      outbox.push(() => order.push('three'));
      outbox.flush();
      order.push('one ends');
    });
    outbox.push(() => order.push('two'));
    outbox.flush();
    expect(order).toEqual(['one begins', 'one ends', 'two', 'three']);
  });

  it('is not stuck after a call that throws', () => {
    const outbox = new Outbox();
    const order: string[] = [];
    outbox.push(() => {
      throw new Error('a bug');
    });
    expect(() => outbox.flush()).toThrow('a bug');
    outbox.push(() => order.push('later'));
    outbox.flush();
    expect(order).toEqual(['later']);
  });
});

describe('nextEventId()', () => {
  it('[V6] never gives the same id twice in a process, and marks the process', () => {
    const ids = Array.from({ length: 1_000 }, nextEventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.split('-')[0])).size).toBe(1);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/);
  });
});
