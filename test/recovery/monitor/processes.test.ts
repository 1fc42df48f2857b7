import { describe, expect, it } from 'vitest';
import { runChild } from '../../support/child.js';

const WATCHES_ONLY = new URL('./fixtures/watches-only.ts', import.meta.url);
const CHECKS_ONCE = new URL('./fixtures/checks-once.ts', import.meta.url);

describe('the timer of a monitor', () => {
  it.each([
    ['that only looks', 'looks'],
    ['that has asked a hung run to stop, and waits for it', 'recovers'],
  ])('keeps no process alive: one %s', async (_, mode) => {
    const { code, stdout, stderr } = await runChild(WATCHES_ONLY, {
      args: [mode],
      timeoutMs: 10_000,
    });
    expect({ code, stdout: stdout.trim(), stderr }).toEqual({
      code: 0,
      stdout: '{"told":"k"}',
      stderr: '',
    });
  });

  it('is one thing, check() another: the process goes on until that has come back', async () => {
    const { code, stdout, stderr } = await runChild(CHECKS_ONCE, { timeoutMs: 10_000 });
    expect({ code, stdout: stdout.trim(), stderr }).toEqual({
      code: 0,
      stdout: '{"end":"revoked"}',
      stderr: '',
    });
  });
});
