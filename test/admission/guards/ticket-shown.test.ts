import { describe, expect, it } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { ask } from '../support/scene.js';

describe('a ticket that is shown', () => {
  const stage = useStage();

  it('tells whose it is and how it stands, and nothing else', async () => {
    // Given a ticket that nobody has claimed
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: 'memory:a', runId: 'mine' }, 'run');

    // When it is logged as JSON, as an admission often is
    const shown = JSON.parse(JSON.stringify({ ticket })) as unknown;

    // Then that is what a person needs
    expect(shown).toEqual({ ticket: { runId: 'mine', state: 'granted' } });
    ticket.cancel();
  });
});
