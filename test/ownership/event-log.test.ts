import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/observe/event-log.js';
import type { EventSubject } from '../../src/observe/events.js';

const SUBJECT: EventSubject = {
  runId: 'run',
  generation: 1,
  kind: 'person',
  path: '/a.jsonl',
  key: '/a.jsonl',
  sessionKey: undefined,
  sessionId: undefined,
};

function filled(capacity: number, count: number): EventLog<EventSubject> {
  const log = new EventLog<EventSubject>(capacity);
  for (let index = 0; index < count; index += 1) log.write('parked', SUBJECT);
  return log;
}

function numbers(log: EventLog<EventSubject>): number[] {
  return log.read(() => true).map(({ sequence }) => sequence);
}

describe('EventLog', () => {
  it.each([
    [3, 0, []],
    [3, 2, [1, 2]],
    [3, 3, [1, 2, 3]],
    [3, 7, [5, 6, 7]],
    [1, 4, [4]],
    [0, 4, []],
  ])('[V7] with room for %i keeps the newest of %i, oldest first', (capacity, count, kept) => {
    expect(numbers(filled(capacity, count))).toEqual(kept);
  });

  it('[V7] grow() keeps what is there, and never keeps less', () => {
    const log = filled(3, 7);

    log.grow(5);
    expect(numbers(log)).toEqual([5, 6, 7]);
    for (let index = 0; index < 4; index += 1) log.write('parked', SUBJECT);
    expect(numbers(log)).toEqual([7, 8, 9, 10, 11]);

    log.grow(2);
    expect(log.capacity).toBe(5);
  });

  it('grow() from nothing starts with what comes next', () => {
    const log = filled(0, 3);

    log.grow(2);
    log.write('parked', SUBJECT);

    expect(numbers(log)).toEqual([4]);
  });

  it('reading an event twice gives the same frozen object', () => {
    const log = filled(3, 1);

    const [event] = log.read(() => true);

    expect(log.read(() => true)[0]).toBe(event);
    expect(Object.isFrozen(event)).toBe(true);
    expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  });

  it('an event tells the generation of its moment, not that of the look', () => {
    const log = new EventLog<EventSubject>(3);
    const subject = { ...SUBJECT };
    log.write('parked', subject);
    subject.generation = 2;

    expect(log.read(() => true)[0]?.generation).toBe(1);
  });

  it('read() gives the events that fit', () => {
    const log = new EventLog<EventSubject>(4);
    const other = { ...SUBJECT, runId: 'other', key: '/other' };
    log.write('parked', SUBJECT);
    log.write('parked', other);

    expect(log.read(({ key }) => key === '/other').map(({ runId }) => runId)).toEqual(['other']);
  });
});
