import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('an admission', () => {
  const sessions = useSessions();

  it('can be turned into JSON, as loggers do', async () => {
    // Given
    const admission = await sessions.create().admit({ sessionFile: freshMarker(), runId: 'one' });
    if (admission.outcome !== 'run') throw new Error(admission.outcome);

    // When
    const text = JSON.stringify(admission);

    // Then
    expect(JSON.parse(text)).toMatchObject({ outcome: 'run' });
    admission.ticket.cancel();
  });

  it('shows nothing of the owner table', async () => {
    // Given
    const admission = await sessions.create().admit({ sessionFile: freshMarker() });
    if (admission.outcome !== 'run') throw new Error(admission.outcome);

    // When
    const text = inspect(admission, { depth: 5 });

    // Then
    expect(text).not.toMatch(/OwnerTable|RunRecord/);
    admission.ticket.cancel();
  });
});
