import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { openSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { dieHolding } from './support/holders.js';
import { DEAD, put, record, session } from './support/locks.js';
import { penholder } from './support/run.js';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** The process, with a standard output that is closed at once, or is that file. */
async function withOutput(file: string | undefined, ...args: string[]): Promise<Ended> {
  const stdout = file === undefined ? 'pipe' : openSync(file, 'w');
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
    timeout: 15_000,
  });
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, err };
}

describe('the process penholder', () => {
  const dir = useTempDir();

  it.each([
    { args: ['--version'], code: 0 },
    { args: ['lsd'], code: 2 },
    { args: ['who', '/no/such/file.jsonl'], code: 3 },
    { args: ['ls', '/no/such/folder'], code: 3 },
  ])('ends $args with $code, and without a stack', async ({ args, code }) => {
    const ended = await penholder(...args);

    expect(ended.code).toBe(code);
    expect(ended.stdout + ended.stderr).not.toMatch(/^ +at /m);
  });

  it('tells the version of the package', async () => {
    const { stdout } = await penholder('-V');

    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('finds a dead holder, mends it, and then nothing more', async () => {
    const file = session(dir.join('a.jsonl'));
    await dieHolding(file);

    const codes = [
      (await penholder('doctor', dir.path)).code,
      (await penholder('doctor', '--fix', dir.path)).code,
      (await penholder('doctor', dir.path)).code,
    ];

    expect(codes).toEqual([1, 0, 0]);
  });

  it.each(['ls', 'doctor'])('ends quietly where nobody reads what %s says', async (command) => {
    for (let count = 0; count < 200; count += 1) {
      put(session(dir.join(`${count}.jsonl`)), '7', record(DEAD));
    }

    const ended = await withOutput(undefined, command, dir.path);

    expect(ended).toEqual({ code: 0, err: '' });
  });

  it.runIf(process.platform === 'linux')('says where what it says cannot be written', async () => {
    const { code, err } = await withOutput('/dev/full', '--help');

    expect(err).toMatch(/^penholder: The output could not be written: .*ENOSPC.*\n$/);
    expect(code).toBe(3);
  });
});
