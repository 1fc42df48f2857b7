import { EventEmitter } from 'node:events';
import { watch } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Doorbell } from '../../../src/leases/lock-file/doorbell.js';
import { stateOf } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';

vi.mock(import('node:fs'), async (original) => ({
  ...(await original()),
  watch: vi.fn() as never,
}));

type Tell = (event: string, name: string | null) => void;

describe('the doorbell of a lock', () => {
  useFakeTime();
  const door = Object.assign(new EventEmitter(), { close: vi.fn() });
  let tell: Tell;

  beforeEach(() => {
    vi.mocked(watch).mockImplementation(((_path: string, _options: object, told: Tell) => {
      tell = told;
      return door;
    }) as never);
  });

  it.each(['17', '17.free', '17.who', '17.died', 'epoch', 'something', null])(
    '[L7] rings for %s',
    async (name) => {
      // Given
      const doorbell = new Doorbell('/lock');
      const next = doorbell.next(50);

      // When
      tell('rename', name);

      // Then
      await next;
      expect(vi.getTimerCount()).toBe(0);
      doorbell.close();
    },
  );

  it.each(['wait-1-x', 'new-1-x'])(
    'does not ring for %s: that others wait, or try, changes nothing',
    async (name) => {
      // Given
      const doorbell = new Doorbell('/lock');
      const next = doorbell.next(50);

      // When
      tell('rename', name);

      // Then
      expect(await stateOf(next)).toBe('pending');
      await vi.advanceTimersByTimeAsync(50);
      await next;
      doorbell.close();
    },
  );
});
