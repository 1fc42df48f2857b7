import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/support/outbox.js';

describe('a call of the outbox that fails', () => {
  it('[V5] keeps none of those from being told that were kept back with it', () => {
    // Given three calls of one step, the first of which fails and causes another one
    const outbox = new Outbox();
    const told: string[] = [];
    const error = new Error('of the first');
    outbox.push(() => {
      outbox.push(() => void told.push('caused'));
      throw error;
    });
    outbox.push(() => void told.push('second'));
    outbox.push(() => void told.push('third'));

    // When they are made
    const flush = (): void => {
      outbox.flush();
    };

    // Then whoever ended the step is told of the error, and all others were called in order
    expect(flush).toThrow(error);
    expect(told).toEqual(['second', 'third', 'caused']);
  });

  it('[V5] is the one that is told, where several fail', () => {
    const outbox = new Outbox();
    const fail = (which: string) => () => {
      throw new Error(which);
    };
    outbox.push(fail('first'));
    outbox.push(fail('second'));

    expect(() => {
      outbox.flush();
    }).toThrow('first');
  });
});
