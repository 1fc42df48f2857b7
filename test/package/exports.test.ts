import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Every value that the package exports. A name that goes away is a major release. */
const EXPORTS = [
  'ADMISSION_MODES',
  'ConfigurationError',
  'CoordinatorClosedError',
  'DeadlockError',
  'DuplicateRunError',
  'FILE_CHANGES',
  'GateBusyError',
  'InvalidSessionFileError',
  'OwnerWaitAbortedError',
  'OwnerWaitTimeoutError',
  'QueueFullError',
  'RUN_ENDS',
  'RUN_KINDS',
  'RotateRefusedError',
  'RunEndedError',
  'RunInterruptedError',
  'RunNotOwnerError',
  'RunRevokedError',
  'SessionError',
  'TakeoverError',
  'TornTranscriptError',
  'TranscriptIoError',
  'createCoordinator',
  'resolveSessionFile',
  'resolveSessionFileSync',
];

/** Plain node without a loader: what a user of the package gets. By its name, as a user writes it. */
async function inNode(...args: string[]): Promise<{ value: unknown; stderr: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return { value: JSON.parse(stdout), stderr };
}

describe('the built package', () => {
  it('exports what it promises to import()', async () => {
    const names = `console.log(JSON.stringify(Object.keys(await import('penholder')).sort()))`;

    const { value, stderr } = await inNode('--input-type=module', '-e', names);

    expect(value).toEqual(EXPORTS);
    expect(stderr).toBe('');
  });

  it('gives the same to require()', async () => {
    const { value, stderr } = await inNode(`${FIXTURES}require-it.cjs`, 'penholder');

    expect(value).toEqual(EXPORTS);
    expect(stderr).toBe('');
  });

  it('installs nothing when it is imported', async () => {
    const { value } = await inNode(`${FIXTURES}import-footprint.mjs`, 'penholder');

    expect(value).toEqual({ listeners: [], globals: [], handles: [], scheduled: [] });
  });
});
