import { describe, expect, it, vi } from 'vitest';
import { DeadlockError, OwnerWaitAbortedError } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { createGate } from '../support/gate.js';
import { assertError, loopTurn, stateOf, useSessions } from './support/sessions.js';

describe('Coordinator.openOnce()', () => {
  const sessions = useSessions();

  it('creates once for callers at the same time and gives all the same', async () => {
    const coordinator = sessions.create();
    const create = vi.fn(async () => {
      await loopTurn();
      return { file: 's.jsonl' };
    });
    const [one, two, three] = await Promise.all([
      coordinator.openOnce('chat', create),
      coordinator.openOnce('chat', create),
      coordinator.openOnce('chat', create),
    ]);
    expect(create).toHaveBeenCalledOnce();
    expect(two).toBe(one);
    expect(three).toBe(one);
  });

  it('does not keep the result', async () => {
    const coordinator = sessions.create();
    const create = vi.fn(() => 'file');
    await coordinator.openOnce('chat', create);
    await coordinator.openOnce('chat', create);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('keeps different session keys apart', async () => {
    const coordinator = sessions.create();
    const gate = createGate();
    const slow = coordinator.openOnce('slow', () => gate.opened);
    expect(await coordinator.openOnce('fast', () => 'file')).toBe('file');
    expect(await stateOf(slow)).toBe('pending');
    gate.open();
    await slow;
  });

  it.each([
    {
      how: 'throws',
      fail: (error: Error) => {
        throw error;
      },
    },
    { how: 'rejects', fail: (error: Error) => Promise.reject(error) },
  ])('shares the failure of a creation that $how, and forgets it', async ({ fail }) => {
    const coordinator = sessions.create();
    const error = new Error('disk full');
    const create = vi.fn(() => fail(error));
    const calls = [coordinator.openOnce('chat', create), coordinator.openOnce('chat', create)];
    for (const { reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      expect(reason).toBe(error);
    }
    expect(create).toHaveBeenCalledOnce();
    expect(await coordinator.openOnce('chat', () => 'file')).toBe('file');
  });

  it('lets a caller leave on its signal and creates on for the others', async () => {
    // Given two callers of one creation, the first with a signal
    const coordinator = sessions.create();
    const gate = createGate<string>();
    const controller = createCountingController();
    const { signal } = controller;
    const leaving = coordinator.openOnce('chat', () => gate.opened, { signal });
    const staying = coordinator.openOnce('chat', () => 'never called');
    // When the signal fires
    const reason = new Error('the person went away');
    controller.abort(reason);
    const error = await assertError(leaving, OwnerWaitAbortedError);
    // Then the first one has left, and the second gets what was created
    expect(error.cause).toBe(reason);
    expect(error.message).toBe(
      'Stopped waiting for session "chat" to be opened: the caller gave up before it was there',
    );
    gate.open('file');
    expect(await staying).toBe('file');
    expect(signal.listeners).toBe(0);
  });

  it('starts nothing for a signal that has fired', async () => {
    const coordinator = sessions.create();
    const create = vi.fn();
    const opening = coordinator.openOnce('chat', create, { signal: AbortSignal.abort('gone') });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError', cause: 'gone' });
    expect(create).not.toHaveBeenCalled();
  });

  it('leaves no listener on a signal that never fires', async () => {
    const coordinator = sessions.create();
    const { signal } = createCountingController();
    await coordinator.openOnce('chat', () => 'file', { signal });
    await coordinator
      .openOnce('chat', () => Promise.reject(new Error('x')), { signal })
      .catch(() => 0);
    expect(signal.listeners).toBe(0);
    expect(signal.added).toBe(2);
  });

  it('raises no unhandled rejection when every caller has left a creation that fails', async () => {
    const coordinator = sessions.create();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    const gate = createGate();
    const failing = async () => {
      await gate.opened;
      throw new Error('nobody asks any more');
    };
    const leaving = coordinator.openOnce('chat', failing, { signal: controller.signal });
    controller.abort();
    await expect(leaving).rejects.toThrow('Stopped waiting');
    gate.open();
    await loopTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('[D4] refuses to open a session again inside of its own creation', async () => {
    const coordinator = sessions.create();
    const opening = coordinator.openOnce('chat', () => coordinator.openOnce('chat', () => 'inner'));
    const error = await assertError(opening, DeadlockError);
    expect(error.message).toBe(
      'Cannot wait for session "chat" to be opened: the wait could never end; ways out: ' +
        'use what is being created instead of opening it again inside its own creation',
    );
  });

  it('[D4] refuses it also with another creation in between', async () => {
    const coordinator = sessions.create();
    const opening = coordinator.openOnce('a', () =>
      coordinator.openOnce('b', () => coordinator.openOnce('a', () => 'inner')),
    );
    await expect(opening).rejects.toBeInstanceOf(DeadlockError);
  });

  it('[D4] refuses two creations that wait for each other', async () => {
    // Given a creation of a that opens b, and one of b that opens a
    const coordinator = sessions.create();
    const gate = createGate();
    const { signal } = new AbortController();
    const one = coordinator.openOnce('a', async () => {
      await gate.opened;
      return await coordinator.openOnce('b', () => 'b', { signal });
    });
    const two = coordinator.openOnce('b', async () => {
      await gate.opened;
      return await coordinator.openOnce('a', () => 'a', { signal });
    });
    // When both go on; then one of them is refused, and with it both
    gate.open();
    expect(await Promise.all([stateOf(one), stateOf(two)])).toEqual(['failed', 'failed']);
  });

  it('lets other sessions be opened inside of a creation, one after the other', async () => {
    const coordinator = sessions.create();
    const opened = await coordinator.openOnce('a', async () => [
      await coordinator.openOnce('b', () => 1),
      await coordinator.openOnce('b', () => 2),
    ]);
    expect(opened).toEqual([1, 2]);
  });
});
