import { describe, expect, it } from 'vitest';
import { RUN_KINDS, type RunKind } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { ask, askToWait, serve, startPondering, startPrompting } from './support/scene.js';
import { STATES } from './support/states.js';

const FILE = 'memory:a';
const PAIRS = RUN_KINDS.flatMap((holder) =>
  RUN_KINDS.map((sender): readonly [RunKind, RunKind] => [sender, holder]),
);
const SAME = PAIRS.filter(([sender, holder]) => sender === holder);
const ACROSS = PAIRS.filter(([sender, holder]) => sender !== holder);

describe('a message that may be steered', () => {
  const stage = useStage();

  async function steer(sender: RunKind, holderKind: RunKind, force: boolean) {
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE, kind: holderKind });
    const request = { sessionFile: FILE, kind: sender, mode: 'steer', message: 1, force } as const;
    const admission = await sessions.admit(request);
    if ('ticket' in admission) admission.ticket.cancel();
    await holder.end();
    return { outcome: admission.outcome, messages: holder.messages };
  }

  it.each(SAME)('[R5] goes from a %s into a %s', async (sender, holder) => {
    expect(await steer(sender, holder, false)).toEqual({ outcome: 'steered', messages: [1] });
  });

  it.each(ACROSS)('[R5] does not go from a %s into a %s', async (sender, holder) => {
    expect(await steer(sender, holder, false)).toEqual({ outcome: 'queued', messages: [] });
  });

  it.each(ACROSS)('goes from a %s into a %s where it is forced', async (sender, holder) => {
    expect(await steer(sender, holder, true)).toEqual({ outcome: 'steered', messages: [1] });
  });

  it.each(['held', 'maintaining', 'told to stop'] as const)(
    'is not forced into a run that is %s',
    async (state) => {
      const sessions = stage.open();
      const end = await STATES[state](sessions, FILE);
      const request = { sessionFile: FILE, mode: 'steer', message: 1, force: true } as const;

      const { ticket } = await ask(sessions, request, 'queued');

      expect(ticket.state).toBe('waiting');
      ticket.cancel();
      await end();
    },
  );

  it('waits where the holder takes no messages', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const gate = createGate();
    const prompt = run.prompt(() => gate.opened);
    await settled();

    const ticket = await askToWait(sessions, { sessionFile: FILE, mode: 'steer', message: 1 });

    expect(ticket.state).toBe('waiting');
    gate.open();
    await prompt;
    await run.release();
    await serve(ticket);
  });

  it('[R8] is steered although others wait, and passes them by', async () => {
    // Given a run that prompts, and requests that wait for it
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE });
    const waiting = [
      await askToWait(sessions, { sessionFile: FILE, runId: 'a' }),
      await askToWait(sessions, { sessionFile: FILE, runId: 'b' }),
    ];

    // When a message comes
    await ask(sessions, { sessionFile: FILE, mode: 'steer', message: 'now' }, 'steered');

    // Then the run has it, and those that wait stay as they were
    expect(holder.messages).toEqual(['now']);
    expect(waiting.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    await holder.end();
    for (const ticket of waiting) await serve(ticket);
  });

  it('[R8] is judged by the run of that moment, one message like the next', async () => {
    // Given a run that takes messages in its first prompt only
    const sessions = stage.open();
    const steer = (): boolean => true;
    const run = await sessions.acquire({ sessionFile: FILE, steer });
    const ask = async (): Promise<string> => {
      const admission = await sessions.admit({ sessionFile: FILE, mode: 'steer' });
      if ('ticket' in admission) admission.ticket.cancel();
      return admission.outcome;
    };

    const outcomes = [
      await ask(),
      await run.prompt(ask),
      await ask(),
      await run.maintain(ask, { deadlineMs: 60_000 }),
      await run.prompt(ask),
    ];

    expect(outcomes).toEqual(['queued', 'steered', 'queued', 'queued', 'steered']);
    await run.release();
  });

  it('[R8] is offered to the run although a message before it was not answered yet', async () => {
    const sessions = stage.open();
    const holder = await startPondering(sessions, { sessionFile: FILE });
    const both = [1, 2].map((message) =>
      sessions.admit({ sessionFile: FILE, mode: 'steer', message }),
    );
    await settled();
    expect(holder.messages).toEqual([1, 2]);

    holder.answer.open(true);

    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual(['steered', 'steered']);
    await holder.end();
  });
});
