import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const TWO_COPIES = `${FIXTURES}two-copies.mjs`;
const MISFITS = `${FIXTURES}misfit-copies.mjs`;

describe('two copies of the package in one process', () => {
  const dir = useTempDir();

  /** The package as it would be installed twice, in two places. */
  async function install(name: string): Promise<string> {
    const folder = dir.join(name);
    await mkdir(folder);
    await cp(`${ROOT}dist`, `${folder}/dist`, { recursive: true });
    await cp(`${ROOT}package.json`, `${folder}/package.json`);
    await symlink(`${ROOT}node_modules`, `${folder}/node_modules`, 'dir');
    return folder;
  }

  /** Plain node without a loader: `import` and `require` are its own. */
  async function tell(script: string, args: readonly string[]): Promise<Record<string, unknown>> {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args]);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async function meet(first: 'import' | 'require'): Promise<Record<string, unknown>> {
    const [imported, required] = [await install('imported'), await install('required')];
    await mkdir(dir.join('real'));
    await symlink(dir.join('real'), dir.join('linked'), 'dir');
    await writeFile(dir.join('real', 'session.jsonl'), '');
    const files = [
      dir.join('real', 'session.jsonl'),
      dir.join('linked', 'session.jsonl'),
      dir.join('real', 'second.jsonl'),
    ];
    return await tell(TWO_COPIES, [imported, required, first, ...files]);
  }

  const known = { isKnown: [true, true] };

  it.each(['import', 'require'] as const)(
    '[P2] [D2] [D4] [A1] share one owner table, %s first',
    async (first) => {
      // Given one copy that is imported and one that is required
      // When both use the same two files, under different names
      const seen = await meet(first);

      // Then they are different modules
      expect(seen).toMatchObject({ isOneModule: false, isOneClass: false });
      // And one waits for the other, each turn alone, and nobody is left out
      expect(seen).toMatchObject({ most: 1, served: ['a1', 'a2', 'b1', 'b2'] });
      // And each sees the runs of the other
      expect(seen).toMatchObject({
        owners: ['owner', 'owner'],
        held: [['owner'], ['owner']],
        waiting: [
          ['a1', 'a2', 'b1', 'b2'],
          ['a1', 'a2', 'b1', 'b2'],
        ],
        byKey: ['b1', 'b2'],
        byId: 'active',
        duplicate: { ...known, code: 'ERR_SESSION_RUN_DUPLICATE', holder: 'owner' },
        timeout: { ...known, code: 'ERR_SESSION_WAIT_TIMEOUT', holder: 'owner' },
        isOneBook: true,
        sameHistory: true,
      });
      // And a run of one is the run around for the other, as context and as parent
      expect(seen).toMatchObject({
        reentry: { ...known, code: 'ERR_SESSION_DEADLOCK', chain: ['outer'] },
        joined: 'outer',
        joinedByParent: 'outer',
        reentryByParent: { ...known, code: 'ERR_SESSION_DEADLOCK', chain: ['parent'] },
      });
      // And a circle across both is refused, after which the other side is served
      expect(seen).toMatchObject({
        circle: {
          ...known,
          code: 'ERR_SESSION_DEADLOCK',
          chain: ['left', expect.any(String), 'right'],
        },
        otherSide: 'served',
      });
      // And closing one leaves the other open, and nothing is left
      expect(seen).toMatchObject({
        closed: { ...known, code: 'ERR_SESSION_CLOSED' },
        stillOpen: 'served',
        left: [0, 0],
      });
    },
  );

  it('[P2] fails closed where the table of the thread speaks another protocol', async () => {
    // Given a copy of another protocol that came first
    const folders = [await install('imported'), await install('required')];

    // When copies of this protocol make coordinators
    const { attempts, isKept } = await tell(MISFITS, ['protocol', ...folders]);

    // Then both are refused, except one that shares nothing, and what was there stays
    const refused = {
      code: 'ERR_SESSION_CONFIG',
      isConfiguration: true,
      isKnown: true,
      message: expect.stringContaining('speaks protocol 2'),
    };
    expect(attempts).toEqual([refused, refused, 'made']);
    expect(isKept).toBe(true);
  });

  it('[P2] refuses markers that differ from those of the other copy', async () => {
    // Given a copy with markers of its own choice
    const folders = [await install('imported'), await install('required')];

    // When the other copy wants others, the same, and none in particular
    const { attempts } = await tell(MISFITS, ['markers', ...folders]);

    // Then only the others are refused, by both lists
    const message = expect.stringMatching(/\["memory","redis"\].*\["memory"\]/);
    const refused = { code: 'ERR_SESSION_CONFIG', isConfiguration: true, isKnown: true, message };
    expect(attempts).toEqual(['made', refused, 'made', 'made']);
  });
});
