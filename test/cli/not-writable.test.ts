import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { access } from '../../src/cli/examine-access.js';
import { useTempDir } from '../support/temp-dir.js';
import { examined, outcomes } from './support/doctor.js';
import { DEAD, ELSEWHERE, everythingIn, put, record, session } from './support/locks.js';
import { cli } from './support/run.js';

vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  return { ...real, accessSync: vi.fn(real.accessSync) };
});

/** Path -> why it cannot be written. */
let denied: Record<string, string>;

function play(): void {
  vi.spyOn(access, 'write').mockImplementation((path) => {
    const code = denied[path];
    if (code !== undefined) throw Object.assign(new Error(`${code}: played`), { code });
  });
}

describe('a place where no lock can be written', () => {
  const dir = useTempDir();

  beforeEach(() => {
    denied = {};
    play();
  });

  it('is told once for all session files of a folder that have no lock', async () => {
    session(dir.join('a.jsonl'));
    session(dir.join('b.jsonl'));
    put(session(dir.join('c.jsonl')), '7.free', record(DEAD));
    denied[dir.path] = 'EACCES';

    const { code, findings } = await examined(dir.path);

    expect(findings).toMatchObject([
      {
        ...{ kind: 'not-writable', path: dir.path, sessionFile: null, sessionFiles: 2 },
        ...{ systemCode: 'EACCES', canFix: false, outcome: 'remains' },
      },
    ]);
    expect(findings[0]?.found).toContain(
      'The locks of 2 session files in this folder cannot be made or written',
    );
    expect(code).toBe(1);
  });

  it('says to a person who is refused, why, and what to do', async () => {
    session(dir.join('a.jsonl'));
    denied[dir.path] = 'EACCES';

    const { out } = await cli('doctor', dir.path);
    const text = out.replace(/\s+/g, ' ');

    expect(out).toMatch(/^not-writable: \.\n/);
    expect(text).toMatch(
      /known The user who asks( \(user id \d+\))? may not write in it \(EACCES\)/,
    );
    expect(text).toContain('refused here (ERR_SESSION_LEASE_UNAVAILABLE, not-writable)');
    expect(text).toContain('ask again as that one');
    expect(text).toContain('1 finding; --fix takes care of 0.');
  });

  it('is told once of a volume that can only be read, whatever locks are on it', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    put(session(dir.join('b.jsonl')), '7.free', record(DEAD));
    session(dir.join('c.jsonl'));
    denied = {
      ...{ [dir.path]: 'EROFS', [dir.join('a.jsonl.lock')]: 'EROFS' },
      ...{ [dir.join('b.jsonl.lock')]: 'EROFS' },
    };

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'not-writable', path: dir.path, sessionFiles: 3 }]);
    expect(findings[0]?.because).toBe('It is on a volume that can only be read (EROFS).');
    expect(findings[0]?.toDo).toContain('make the volume writable');
  });

  it('is told once for a folder and the locks in it that are the same', async () => {
    session(dir.join('a.jsonl'));
    put(session(dir.join('b.jsonl')), '7.free', record(DEAD));
    put(session(dir.join('c.jsonl')), '7.free', record(DEAD));
    denied = { [dir.path]: 'EACCES', [dir.join('b.jsonl.lock')]: 'EACCES' };

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([{ kind: 'not-writable', path: dir.path, sessionFiles: 2 }]);
    expect(findings[0]?.found).toContain('so no run of this user can have them');
  });

  it.each(['EACCES', 'EPERM', 'EROFS'])('is the lock of one session file: %s', async (code) => {
    const file = session(dir.join('a.jsonl'));
    put(file, '7.free', record(DEAD));
    put(session(dir.join('b.jsonl')), '7.free', record(DEAD));
    denied[`${file}.lock`] = code;

    const { findings } = await examined(dir.path);

    expect(findings).toMatchObject([
      { kind: 'not-writable', path: `${file}.lock`, sessionFile: file, systemCode: code },
    ]);
  });

  it('says to whom the lock belongs that this user may not write', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    denied[dir.join('a.jsonl.lock')] = 'EACCES';

    const { findings } = await examined(dir.path);

    expect(findings[0]?.because).toMatch(/It belongs to user id \d+\.$/);
  });

  it('is told beside what else is wrong with the lock', async () => {
    put(session(dir.join('a.jsonl')), '7', record(ELSEWHERE), 900_000);
    denied[dir.join('a.jsonl.lock')] = 'EACCES';

    const told = await outcomes(dir.path);

    expect(told).toEqual(['not-writable remains', 'silent-holder remains']);
  });

  it('is none where every session file has a lock that can be written', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    denied[dir.path] = 'EACCES';

    const { code, findings } = await examined(dir.path);

    expect({ code, findings }).toEqual({ code: 0, findings: [] });
  });

  it('is none where there are no session files', async () => {
    writeFileSync(dir.join('notes.txt'), '');
    mkdirSync(dir.join('a.jsonl.lock'));
    denied[dir.path] = 'EROFS';

    const { code, findings } = await examined(dir.path);

    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(access.write).not.toHaveBeenCalled();
  });

  it('is found in the folders below', async () => {
    mkdirSync(dir.join('sub'));
    session(dir.join('sub', 'a.jsonl'));
    denied[dir.join('sub')] = 'EACCES';

    const { out } = await cli('doctor', '-r', dir.path);

    expect(out).toMatch(/^not-writable: sub\n/);
  });

  it('is nothing that --fix touches', async () => {
    session(dir.join('a.jsonl'));
    denied[dir.path] = 'EACCES';
    const before = everythingIn(dir.path);

    const { code, findings } = await examined('--fix', dir.path);

    expect(findings).toMatchObject([{ kind: 'not-writable', outcome: 'remains' }]);
    expect(everythingIn(dir.path)).toEqual(before);
    expect(code).toBe(1);
  });

  it('is not guessed where the system says something else', async () => {
    session(dir.join('a.jsonl'));
    denied[dir.path] = 'EIO';

    const { code, err } = await cli('doctor', dir.path);

    expect(err).toContain('EIO');
    expect(code).toBe(3);
  });

  it('is none where the lock was removed meanwhile', async () => {
    put(session(dir.join('a.jsonl')), '7.free', record(DEAD));
    denied[dir.join('a.jsonl.lock')] = 'ENOENT';

    const { code, findings } = await examined(dir.path);

    expect({ code, findings }).toEqual({ code: 0, findings: [] });
  });
});

describe('whether a folder can be written', () => {
  const dir = useTempDir();

  it('is asked for making names in it, and for reaching them', () => {
    access.write(dir.path);

    expect(accessSync).toHaveBeenCalledWith(dir.path, constants.W_OK | constants.X_OK);
  });

  it.runIf(process.getuid?.() !== 0)('is told by the system', () => {
    mkdirSync(dir.join('sub'));
    chmodSync(dir.join('sub'), 0o555);

    expect(() => access.write(dir.join('sub'))).toThrow('EACCES');
  });
});
