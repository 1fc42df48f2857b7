import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
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
  'LeaseLostError',
  'LeaseUnavailableError',
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

async function node(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, args, { cwd: ROOT });
}

/** Plain node without a loader: what a user of the package gets. By its name, as a user writes it. */
async function inNode(...args: string[]): Promise<{ value: unknown; stderr: string }> {
  const { stdout, stderr } = await node(...args);
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

  it('keeps its leases under a path of their own, for import() and require()', async () => {
    const names = `console.log(JSON.stringify(Object.keys(await import('penholder/lock-file'))))`;

    const imported = await inNode('--input-type=module', '-e', names);
    const required = await inNode(`${FIXTURES}require-it.cjs`, 'penholder/lock-file');

    expect(imported).toEqual({ value: ['lockFileLeases'], stderr: '' });
    expect(required).toEqual({ value: ['lockFileLeases'], stderr: '' });
  });

  it('does not load proper-lockfile before a lease is wanted', async () => {
    const { value } = await inNode(`${FIXTURES}what-is-loaded.cjs`, 'penholder/lock-file');

    expect(value).toEqual([]);
  });

  it.each(['penholder', 'penholder/lock-file'])(
    '[X4] installs nothing when %s is imported',
    async (name) => {
      const { value } = await inNode(`${FIXTURES}import-footprint.mjs`, name);

      expect(value).toEqual({ listeners: [], globals: [], handles: [], scheduled: [] });
    },
  );

  it('brings a command line that runs', async () => {
    const { bin, version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
      bin: { penholder: string };
      version: string;
    };

    const { stdout, stderr } = await node(`${ROOT}${bin.penholder}`, '--version');

    expect({ stdout, stderr }).toEqual({ stdout: `${version}\n`, stderr: '' });
  });
});
