import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const FIXTURE = new URL('./fixtures/logs.ts', import.meta.url);

async function said(level: string | undefined) {
  const env: NodeJS.ProcessEnv = { PENHOLDER_LOG: level };
  const { code, stdout, stderr } = await runChild(FIXTURE, { env });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, lines };
}

describe('PENHOLDER_LOG', () => {
  it.each([undefined, '', 'silent'])('%s prints nothing', async (level) => {
    expect(await said(level)).toEqual({ code: 0, stderr: '', lines: [] });
  });

  it('debug prints one line of JSON per event, named penholder', async () => {
    const { code, lines } = await said('debug');
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(logged.map(({ type }) => type)).toEqual([
      ...['requested', 'granted', 'requested', 'refused', 'ended'],
    ]);
    for (const line of logged) {
      expect(line).toMatchObject({ name: 'penholder', sessionFile: 'memory:log' });
      expect(line['msg']).toBe(`session ${String(line['type'])}`);
    }
    expect(logged[0]).toMatchObject({ level: 20, runId: 'one', sessionKey: 'lane' });
  });

  it('warn prints what went wrong and nothing else', async () => {
    const { lines } = await said('warn');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 40,
      type: 'refused',
      code: 'ERR_SESSION_DEADLOCK',
    });
  });

  it.each(['loud', 'DEBUG', 'toString'])('%s is refused, with what it may be', async (level) => {
    const { code, stderr, lines } = await said(level);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'RangeError: Invalid PENHOLDER_LOG: expected silent or one of ' +
        `trace, debug, info, warn, error, fatal, got "${level}"`,
    );
    expect(lines).toEqual([]);
  });
});
