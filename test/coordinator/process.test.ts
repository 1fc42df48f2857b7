import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const LEFTOVERS = new URL('./fixtures/leftovers.ts', import.meta.url);
const KEEPS_ALIVE = new URL('./fixtures/keeps-alive.ts', import.meta.url);

describe('a process that used a coordinator', () => {
  it('[A7] has no timer, handle, listener or warning of it left', async () => {
    const { code, stdout, stderr } = await runChild(LEFTOVERS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ resources: [], listeners: 0, warnings: [] });
  });

  it('ends by itself although a run was never released', async () => {
    const { code, signal } = await runChild(KEEPS_ALIVE, { args: ['owner'], timeoutMs: 10_000 });
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });

  it('stays until a waiting run has had its answer', async () => {
    const { code, stdout } = await runChild(KEEPS_ALIVE, { args: ['waiter'] });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'OwnerWaitTimeoutError\n' });
  });
});
