import { describe, expect, it } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';

describe('waits in a circle through sections', () => {
  const stage = useStage();
  const dir = useTempDir();

  it('[D4] [D5] are found from a guest that runs directly in a section further out', async () => {
    // Given a turn on one file inside a section of another
    const sessions = stage.open({ waitMs: 2_000, stuckAfterMs: 1_000, settleMs: 500 });
    const [one, other] = [dir.join('one.jsonl'), dir.join('other.jsonl')];

    // When a guest of the outer file, which goes on in that section, wants the inner one
    const innermost = async (): Promise<unknown> =>
      await sessions.run({ sessionFile: other }, () => 'never');
    const outcome = sessions.write(one, () =>
      sessions.write(other, () => sessions.write(one, innermost)),
    );

    // Then it is refused at once, since it would wait for itself
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D1] [D4] do not arise where a joined run writes inside the section it was asked for in', async () => {
    // Given a section of an owner
    const sessions = stage.open({ waitMs: 2_000, stuckAfterMs: 1_000, settleMs: 500 });
    const sessionFile = dir.join('session.jsonl');

    // When a task joins the turn from inside it, and writes
    const outcome = sessions.run({ sessionFile }, (run) =>
      run.transcript.write(() =>
        sessions.run({ sessionFile, onReentry: 'join' }, (joined) =>
          joined.transcript.append({ n: 1 }),
        ),
      ),
    );

    // Then that goes on in the section, as a call by the owner would
    await expect(outcome).resolves.toBeUndefined();
  });
});
