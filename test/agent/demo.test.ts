import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RecoveryLine } from '../../examples/demo/recovery-facts.js';
import { problemsWith, WANTED } from '../../examples/demo/recovery-facts.js';
import { type ChildResult, runChild } from '../support/child.js';

const DEMO = new URL('../../examples/demo/main.ts', import.meta.url);
/** The demo imports the package by its name: here that is the source, so that no build is needed. */
const TSX_TSCONFIG_PATH = fileURLToPath(new URL('fixtures/tsconfig.json', import.meta.url));
const TIMEOUT_MS = 60_000;
const PROCESSES_TIMEOUT_MS = 180_000;

function demo(...args: string[]): Promise<ChildResult> {
  return runChild(DEMO, { args, env: { TSX_TSCONFIG_PATH }, timeoutMs: PROCESSES_TIMEOUT_MS });
}

function recoveryIn(stdout: string): RecoveryLine {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { recovery: RecoveryLine }).recovery;
}

describe('npm run demo', () => {
  it(
    '[S2] [S4] [S6] shows what recovery does to a run that is well, and to one that hangs',
    { timeout: TIMEOUT_MS },
    async () => {
      const { code, stdout, stderr } = await demo('--only', 'recovery');

      expect(stderr).toBe('');
      expect(recoveryIn(stdout)).toMatchObject({
        first: { status: 'skipped', reason: 'active_run', activeRunId: 'alice-1', ownRuns: 0 },
        firstEnd: 'completed',
        firstDisturbed: false,
        second: { status: 'revoked', reason: 'stuck', activeRunId: 'nightly-1' },
        nextGranted: true,
        lateWrite: 'ERR_SESSION_RUN_REVOKED',
        lateBytes: 0,
      });
      expect(stdout).toMatch(/Cannot append .*\s.*revoked/);
      expect(code).toBe(0);
    },
  );

  it(
    '[R7] [I3] steers a message into the agent, and interrupts it, with every figure perfect',
    { timeout: TIMEOUT_MS },
    async () => {
      const { code, stdout, stderr } = await demo('--only', 'steer', '--only', 'interrupt');

      expect(stderr).toBe('');
      const told = stdout.replaceAll(/\s+/g, ' ');
      expect(told).toMatch(/chat:bob was steered, .* has his: "[^"]*\(chat:bob 1\) All is well\./);
      expect(told).toContain('got no answer, but ERR_SESSION_RUN_INTERRUPTED, superseded');
      expect(stdout).toContain('Perfect with Penholder');
      expect(code).toBe(0);
    },
  );

  it('says which situations there are, and refuses others', { timeout: TIMEOUT_MS }, async () => {
    const { code, stderr } = await demo('--only', 'unheard-of');

    expect(stderr).toMatch(/^There is no situation "unheard-of"; known are warm, .*, recovery/);
    expect(code).toBe(2);
  });
});

interface Figures {
  readonly sent: number;
  readonly reached: number;
  readonly forks: number;
}

/** What the last line says of a situation with two processes. */
async function processesDemo(name: string): Promise<ChildResult & { line: { with: Figures } }> {
  const result = await demo('--only', name);
  const line = result.stdout.trimEnd().split('\n').at(-1) ?? '{}';
  const { processes } = JSON.parse(line) as { processes: Record<string, { with: Figures }> };
  return { ...result, line: processes[name] as { with: Figures } };
}

describe(
  'npm run demo, with two processes on one transcript',
  { timeout: PROCESSES_TIMEOUT_MS },
  () => {
    it('[L9] [P2] gives one process the turn after the other', async () => {
      const { code, stdout, stderr, line } = await processesDemo('processes');

      expect(stderr).toBe('');
      expect(line).toMatchObject({ with: { sent: 12, reached: 12, forks: 0 }, tokensGrow: true });
      expect(stdout).toContain('with Penholder: one lane at a time, the agent reaches 12 of 12');
      expect(code).toBe(0);
    });

    it('[X5] [L10] goes on in one when the other is killed in a model call, and tears a record', async () => {
      const { code, stderr, line } = await processesDemo('kill');

      expect(stderr).toBe('');
      expect(line).toMatchObject({
        with: { sent: 5, reached: 5, forks: 0 },
        previousEnd: 'died',
        startBytes: expect.any(Number) as number,
        tornBytes: 35,
      });
      expect(code).toBe(0);
    });

    it('[T4] [T5] [I7] refuses what a process writes that was paused for longer than its lease', async () => {
      const { code, stderr, line } = await processesDemo('pause');

      expect(stderr).toBe('');
      expect(line).toMatchObject({
        with: { sent: 6, reached: 6, forks: 0 },
        previousEnd: 'died',
        why: 'lease-lost',
        code: 'ERR_SESSION_LEASE_LOST',
        refusedWrites: ['ERR_SESSION_RUN_REVOKED'],
        refusedBecause: ['ERR_SESSION_LEASE_LOST'],
        lateAnswers: 0,
      });
      expect(code).toBe(0);
    });
  },
);

describe('the verdict about the recoveries', () => {
  it('has nothing to say about what is as it must be', () => {
    expect(problemsWith(WANTED)).toEqual([]);
  });

  it.each<[string, RecoveryLine]>([
    ['first.status', { ...WANTED, first: { ...WANTED.first, status: 'revoked' } }],
    ['first.reason', { ...WANTED, first: { ...WANTED.first, reason: 'waiting_run' } }],
    ['first.activeRunId', { ...WANTED, first: { ...WANTED.first, activeRunId: undefined } }],
    ['first.ownRuns', { ...WANTED, first: { ...WANTED.first, ownRuns: 1 } }],
    ['firstEnd', { ...WANTED, firstEnd: 'interrupted' }],
    ['firstDisturbed', { ...WANTED, firstDisturbed: true }],
    ['second.status', { ...WANTED, second: { ...WANTED.second, status: 'skipped' } }],
    ['secondEnd', { ...WANTED, secondEnd: undefined }],
    ['nextGranted', { ...WANTED, nextGranted: false }],
    ['nextReply', { ...WANTED, nextReply: '' }],
    ['lateWrite', { ...WANTED, lateWrite: 'undefined' }],
    ['lateBytes', { ...WANTED, lateBytes: 57 }],
  ])('names %s where that is wrong', (name, line) => {
    expect(problemsWith(line)).toEqual([expect.stringMatching(`^recovery: ${name} is `)]);
  });
});
