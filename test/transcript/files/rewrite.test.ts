import { describe, expect, it } from 'vitest';
import { errorOf, useDesk } from './support/desk.js';

const desk = useDesk();

describe('rewrite()', () => {
  it('replaces the content by what was made of it, and leaves nothing beside it', async () => {
    desk.given('{"n":1}\n');

    await desk.own((run) => run.transcript.rewrite((current) => `{"n":0}\n${current.toString()}`));

    expect(desk.content()).toBe('{"n":0}\n{"n":1}\n');
    expect(await desk.names()).toEqual(['session.jsonl']);
  });

  it('takes bytes and promises, too', async () => {
    await desk.own((run) => run.transcript.rewrite(async () => Buffer.from('é\n')));

    expect(desk.content()).toBe('é\n');
  });

  it('may empty the file', async () => {
    desk.given('{"n":1}\n');

    await desk.own((run) => run.transcript.rewrite(() => ''));

    expect(desk.content()).toBe('');
  });

  it('replaces content of many pieces', async () => {
    const text = `${'x'.repeat(999)}\n`.repeat(10_000);

    await desk.own((run) => run.transcript.rewrite(() => text));

    expect(desk.content()).toBe(text);
  });

  it('lets its own run and the next go on behind it', async () => {
    desk.given('{"n":1}\n');

    await desk.own(async (run) => {
      await run.transcript.rewrite(() => '{"n":0}\n');
      await run.transcript.append({ n: 2 });
    });
    await desk.own((run) => run.transcript.append({ n: 3 }));

    expect(desk.content()).toBe('{"n":0}\n{"n":2}\n{"n":3}\n');
  });

  it('changes nothing where the update throws', async () => {
    desk.given('{"n":1}\n');
    const failure = new Error('of the update');

    const error = await desk.own((run) =>
      errorOf(run.transcript.rewrite(() => Promise.reject(failure))),
    );

    expect(error).toBe(failure);
    expect(desk.content()).toBe('{"n":1}\n');
    expect(await desk.names()).toEqual(['session.jsonl']);
  });

  it('refuses an update that gives no content', async () => {
    desk.given('{"n":1}\n');

    const error = await desk.own((run) =>
      errorOf(run.transcript.rewrite(() => undefined as unknown as string)),
    );

    expect(error).toBeInstanceOf(TypeError);
    expect(desk.content()).toBe('{"n":1}\n');
  });

  it('is refused inside its own update', async () => {
    const error = await desk.own((run) =>
      errorOf(
        run.transcript.rewrite(async () => {
          await run.transcript.append({ n: 1 });
          return '';
        }),
      ),
    );

    expect(error).toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });
});
