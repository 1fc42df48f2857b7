import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { ask, serve } from './support/scene.js';

describe('the request of admit()', () => {
  const stage = useStage();

  it('may get its fields from a prototype, as those of run() may', async () => {
    const sessions = stage.open();
    const defaults: Partial<AdmitRequest> = { kind: 'cron', sessionKey: 'key', runId: 'mine' };
    const request = Object.assign(Object.create(defaults) as AdmitRequest, {
      sessionFile: 'memory:a',
    });

    const { ticket } = await ask(sessions, request, 'run');

    expect(sessions.runs.bySessionFile('memory:a')).toMatchObject({
      kind: 'cron',
      sessionKey: 'key',
    });
    expect(await serve(ticket)).toBe('mine');
  });
});
