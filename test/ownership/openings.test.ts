import { describe, expect, it, vi } from 'vitest';
import { createCountingController } from '../support/counting-signal.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { settled } from './support/steps.js';

describe('openOnce()', () => {
  const stage = useStage();

  it('[P4] shares one creation among concurrent calls, and keeps nothing', async () => {
    const sessions = stage.open();
    const create = vi.fn(() => settled().then(() => ({})));

    const made = await Promise.all([1, 2, 3].map(() => sessions.openOnce('key', create)));
    expect(create).toHaveBeenCalledOnce();
    expect(new Set(made).size).toBe(1);

    expect(await sessions.openOnce('key', create)).not.toBe(made[0]);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('[P4] a creation that fails fails for all who shared it, and can be tried again', async () => {
    const sessions = stage.open();
    const fail = (): Promise<never> => Promise.reject(new Error('disk full'));

    const results = await Promise.allSettled([1, 2].map(() => sessions.openOnce('key', fail)));

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await sessions.openOnce('key', () => 'now')).toBe('now');
  });

  it('a caller that gives up leaves the creation to the others, and no listener', async () => {
    const sessions = stage.open();
    const gate = createGate<string>();
    const caller = createCountingController();
    const { signal } = caller;
    const left = sessions.openOnce('key', () => gate.opened, { signal });
    const stays = sessions.openOnce('key', () => 'unused');
    await settled();

    caller.abort('enough');

    await expect(left).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED', cause: 'enough' });
    expect(signal.listeners).toBe(0);
    gate.open('made');
    expect(await stays).toBe('made');
  });

  it('a signal that has fired starts no creation', async () => {
    const sessions = stage.open();
    const create = vi.fn();

    const opened = sessions.openOnce('key', create, { signal: AbortSignal.abort() });

    await expect(opened).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
    await settled();
    expect(create).not.toHaveBeenCalled();
  });

  it('[D4] a creation that opens itself is refused, near or far', async () => {
    const sessions = stage.open();
    const outer = sessions.openOnce('one', () =>
      sessions.openOnce('two', () => sessions.openOnce('one', () => 'never')),
    );

    await expect(outer).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('other keys are other creations, also from inside', async () => {
    const sessions = stage.open();

    const made = await sessions.openOnce('one', () => sessions.openOnce('two', () => 'inner'));

    expect(made).toBe('inner');
  });
});
