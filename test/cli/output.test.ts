import { describe, expect, it, vi } from 'vitest';
import { gathered } from '../../src/cli/output.js';
import { createGate } from '../support/gate.js';

describe('gathered()', () => {
  it('says many short texts in few calls, in order, and nothing twice', async () => {
    const texts = Array.from({ length: 5_000 }, (_, index) => `${index}\n`);
    const out = vi.fn(async (_text: string) => {});
    const all = gathered({ out, err: () => {} });

    await Promise.all(texts.map((text) => all.add(text)));
    await all.flush();

    expect(out.mock.calls.flat().join('')).toBe(texts.join(''));
    expect(out.mock.calls.length).toBeLessThan(10);
  });

  it('waits until there is room for more', async () => {
    const room = createGate();
    const all = gathered({ out: () => room.opened, err: () => {} });
    let isDone = false;

    const added = all.add('x'.repeat(10_000)).then(() => (isDone = true));
    await Promise.resolve();

    expect(isDone).toBe(false);
    room.open();
    await added;
  });
});
