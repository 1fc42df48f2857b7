import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { installCopy } from './support/installed-copy.js';

const SCRIPT = fileURLToPath(new URL('./fixtures/two-copies-one-gate.mjs', import.meta.url));

describe('two copies of the package on the bytes of one file', () => {
  const dir = useTempDir();

  it('[P2] [F1] [F2] [F6] find at the gate what the other one knew of the file', async () => {
    // Given two copies in one process
    const folders = [await installCopy(dir.join('one')), await installCopy(dir.join('two'))];

    // When one owns the file, and the other writes as a guest, joins, and has the next turn,
    // while only its content tells that it is what it was
    const args = [SCRIPT, ...folders, dir.join('session.jsonl')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);

    // Then each of them goes on, and whatever was written is there once, in order
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      isOneModule: false,
      outcomes: {
        guest: 'done',
        owner: 'done',
        guestBehindStranger: 'done',
        joined: 'done',
        joinedRewrite: 'done',
        inside: 'done',
        unharmed: true,
        handedOver: 'last',
      },
      writers: [
        'owner',
        'guest',
        'owner',
        'stranger',
        'guest',
        'joined',
        'rewrite',
        'inside',
        'last',
        'next',
      ],
    });
  });
});
