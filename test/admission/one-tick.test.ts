import { link, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ADMISSION_MODES, type Admission, type Coordinator } from '../../src/index.js';
import { useFaultyFs } from '../ownership/support/faulty-fs.js';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';
import { ask, serve } from './support/scene.js';

function outcomesOf(admissions: readonly Admission[]): string[] {
  return admissions.map(({ outcome }) => outcome);
}

/** Serves all that were let in, so that nothing is left. */
async function serveAll(admissions: readonly Admission[]): Promise<void> {
  for (const admission of admissions) if ('ticket' in admission) await serve(admission.ticket);
}

const PAIRS = ADMISSION_MODES.flatMap((one) => ADMISSION_MODES.map((two) => [one, two] as const));

/** What the second of two requests is answered, by its mode. */
const SECOND = { queue: 'queued', steer: 'queued', interrupt: 'interrupting', skip: 'busy' };

describe('two requests in one tick', () => {
  const dir = useTempDir();
  const faulty = useFaultyFs();
  const stage = useStage();

  function both(sessions: Coordinator, files: readonly string[], modes: readonly string[] = []) {
    return Promise.all(
      files.map((sessionFile, index) =>
        sessions.admit({ sessionFile, mode: (modes[index] ?? 'queue') as 'queue' }),
      ),
    );
  }

  it.each(PAIRS)('[R1] [R4] on a marker: %s runs, %s does not', async (one, two) => {
    const sessions = stage.open();

    const admissions = await both(sessions, ['memory:a', 'memory:a'], [one, two]);

    expect(outcomesOf(admissions)).toEqual(['run', SECOND[two]]);
    await serveLast(admissions);
  });

  it.each(PAIRS)('[R1] [R4] on one path: %s runs, %s does not', async (one, two) => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');

    const admissions = await both(sessions, [file, file], [one, two]);

    expect(outcomesOf(admissions)).toEqual(['run', SECOND[two]]);
    await serveLast(admissions);
  });

  it('[P1] [R4] under different names of one file: one of them runs', async () => {
    // Given a file with a link in its path, a link to it, and a second name
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await writeFile(file, '');
    await symlink(dir.path, dir.join('linked'));
    await symlink('s.jsonl', dir.join('link.jsonl'));
    await link(file, dir.join('hard.jsonl'));
    const names = [file, 'linked/s.jsonl', 'link.jsonl', 'linked/link.jsonl', 'hard.jsonl'];

    // When a request comes under each of them in one tick
    const files = names.map((name, index) => (index === 0 ? name : dir.join(name)));
    const admissions = await both(
      sessions,
      files,
      Array.from({ length: 5 }, () => 'skip'),
    );

    expect(outcomesOf(admissions).sort()).toEqual(['busy', 'busy', 'busy', 'busy', 'run']);
    await serveAll(admissions);
  });

  it('of the same spelling are decided in the order of their calls, however long it takes', async () => {
    // Given a first request whose path takes long to be resolved
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    const slow = faulty.holdRealpath(sessionFile);
    const first = ask(sessions, { sessionFile, runId: 'first' }, 'run');
    const second = ask(sessions, { sessionFile, runId: 'second', mode: 'skip' }, 'busy');

    slow.open();

    expect((await second).holder.runId).toBe('first');
    await serve((await first).ticket);
  });

  it('from two coordinators of one thread never both run', async () => {
    const [one, two] = [stage.open({ isolated: false }), stage.open({ isolated: false })];
    const sessionFile = 'memory:one-tick-of-two';

    const [first, second] = await Promise.all([
      one.admit({ sessionFile, mode: 'skip' }),
      two.admit({ sessionFile, mode: 'skip' }),
    ]);

    expect(outcomesOf([first, second])).toEqual(['run', 'busy']);
    await serveAll([first]);
  });

  /** The first was interrupted where the second asked for that: only the last one has a turn then. */
  async function serveLast([first, second]: readonly Admission[]): Promise<void> {
    if (second?.outcome !== 'interrupting' && first) await serveAll([first]);
    if (second) await serveAll([second]);
  }
});
