import { describe, expect, it } from 'vitest';
import { linesOf } from '../transcript/windows/support/windows.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { ask, serve, startPrompting, type Steer } from './support/scene.js';

const FILE = 'memory:a';

const TAKES: readonly (readonly [how: string, steer: Steer])[] = [
  ['at once', () => true],
  ['by a promise', () => Promise.resolve(true)],
  ['some time later', () => settled(30).then(() => true)],
];

const REFUSES: readonly (readonly [how: string, steer: Steer])[] = [
  ['false', () => false],
  ['a promise of false', () => Promise.resolve(false)],
  ['something else than true', () => 'yes' as unknown as boolean],
  ['nothing', () => undefined as unknown as boolean],
];

const FAILS: readonly (readonly [how: string, steer: Steer])[] = [
  [
    'throws',
    () => {
      throw new Error('no inbox');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no inbox'))],
];

describe('a message for a run that prompts', () => {
  const dir = useTempDir();
  const stage = useStage();

  it.each(TAKES)('is in its hands where it takes it %s', async (_, steer) => {
    // Given a run that prompts
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, steer);

    // When a message is to be steered into it
    const message = { text: 'stop, the other file' };
    const request = { sessionFile: FILE, mode: 'steer', message, runId: 'm' } as const;
    const admission = await ask(sessions, request, 'steered');

    // Then the holder got it as it is, and nothing waits any more
    expect(admission).toEqual({
      outcome: 'steered',
      holder: expect.objectContaining({ runId: 'holder', phase: 'prompting' }) as unknown,
    });
    expect(holder.messages[0]).toBe(message);
    expect(holder.messages).toHaveLength(1);
    expect(sessions.inspect()).toMatchObject({
      waiting: [],
      counters: { steered: 1, requests: 2 },
    });
    expect(stage.told().slice(-3)).toEqual(['requested m', 'queued m', 'steered m']);
    expect(stage.events.at(-1)).toMatchObject({ type: 'steered', holderRunId: 'holder' });
    await holder.end();
  });

  it('is steered on a real file, too', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    const holder = await startPrompting(sessions, { sessionFile });

    await ask(sessions, { sessionFile, mode: 'steer', message: 1 }, 'steered');

    expect(holder.messages).toEqual([1]);
    await holder.end();
  });

  it.each(REFUSES)('keeps its place where the run answers %s', async (_, steer) => {
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, steer);

    const request = { sessionFile: FILE, mode: 'steer', message: 1, runId: 'm' } as const;
    const { ticket, ahead } = await ask(sessions, request, 'queued');

    expect({ state: ticket.state, ahead }).toEqual({ state: 'waiting', ahead: 0 });
    expect(linesOf(stage)).toEqual([]);
    await holder.end();
    expect(await serve(ticket)).toBe('m');
  });

  it.each(FAILS)('keeps its place, and says so in the log, where it %s', async (_, steer) => {
    const sessions = stage.open();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, steer);

    const request = { sessionFile: FILE, mode: 'steer', message: 1, runId: 'm' } as const;
    const { ticket } = await ask(sessions, request, 'queued');

    expect(linesOf(stage)).toEqual([
      {
        level: 'warn',
        message: 'a steer callback failed: the message keeps its place',
        facts: {
          err: new Error('no inbox'),
          runId: 'm',
          holderRunId: 'holder',
          sessionFile: FILE,
        },
      },
    ]);
    await holder.end();
    expect(await serve(ticket)).toBe('m');
  });

  it('is offered once the request has its place, after the step', async () => {
    // Given a holder that looks who waits while it takes a message
    const sessions = stage.open();
    const seen: string[][] = [];
    const holder = await startPrompting(sessions, { sessionFile: FILE }, () => {
      seen.push(sessions.runs.waitingFor(FILE).map(({ runId }) => runId));
      seen.push(stage.told().slice(-1));
      return true;
    });

    await ask(sessions, { sessionFile: FILE, mode: 'steer', runId: 'm' }, 'steered');

    expect(seen).toEqual([['m'], ['queued m']]);
    await holder.end();
  });

  it('is taken in the ambient context of the holder, not of the sender', async () => {
    // Given a holder that asks for its own file while it takes a message, and a sender elsewhere
    const sessions = stage.open();
    const joined = createGate<string>();
    const holder = await startPrompting(sessions, { sessionFile: FILE }, async () => {
      const request = { sessionFile: FILE, onReentry: 'join' } as const;
      joined.open(await sessions.run(request, ({ runId }) => runId));
      return true;
    });

    await sessions.run({ sessionFile: 'memory:sender', runId: 'sender' }, async () => {
      await ask(sessions, { sessionFile: FILE, mode: 'steer' }, 'steered');
    });

    expect(await joined.opened).toBe('holder');
    await holder.end();
  });
});
