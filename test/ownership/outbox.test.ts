import { describe, expect, it } from 'vitest';
import { Outbox } from '../../src/support/outbox.js';

describe('Outbox', () => {
  it('makes the calls in order, and those that they cause after them', () => {
    const outbox = new Outbox();
    const made: string[] = [];
    outbox.push(() => {
      made.push('first');
      outbox.push(() => void made.push('caused'));
      outbox.flush();
    });
    outbox.push(() => void made.push('second'));

    outbox.flush();

    expect(made).toEqual(['first', 'second', 'caused']);
  });

  it('makes each call once', () => {
    const outbox = new Outbox();
    const made: number[] = [];
    outbox.push(() => void made.push(1));
    outbox.flush();
    outbox.flush();

    expect(made).toEqual([1]);
  });

  it('is usable again after a call that throws', () => {
    const outbox = new Outbox();
    const made: number[] = [];
    outbox.push(() => {
      throw new Error('a call must not throw');
    });
    expect(() => {
      outbox.flush();
    }).toThrow('a call must not throw');
    outbox.push(() => void made.push(2));

    outbox.flush();

    expect(made).toEqual([2]);
  });
});
