import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useSessions } from '../../runs/support/sessions.js';
import { useTempDir } from '../../support/temp-dir.js';

describe('an interrupt by file while the path of a guest write is being resolved', () => {
  const sessions = useSessions();
  const folder = useTempDir();

  it('leaves the write alone', async () => {
    // Given
    const coordinator = sessions.create();
    const file = path.join(folder.path, 'a.jsonl');
    const written = coordinator.write(file, (transcript) => transcript.append({ text: 'sent' }));

    // When
    const outcome = await coordinator.interrupt({ sessionFile: file });

    // Then
    expect(outcome).toMatchObject({ status: 'not-running' });
    await expect(written).resolves.toBeUndefined();
  });

  it('means the run that is on its way to the file, too', async () => {
    // Given
    const coordinator = sessions.create();
    const file = path.join(folder.path, 'b.jsonl');
    const written = coordinator.write(file, (transcript) => transcript.append({ text: 'sent' }));
    const granted = coordinator.acquire({ sessionFile: file, runId: 'to-stop' });
    granted.catch(() => undefined);

    // When
    const outcome = await coordinator.interrupt({ sessionFile: file });

    // Then
    expect(outcome).toMatchObject({ status: 'cancelled', run: { runId: 'to-stop' } });
    await written;
    await expect(granted).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
  });
});
