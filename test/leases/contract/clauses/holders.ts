import assert from 'node:assert/strict';
import type { Clause } from '../contestants.js';
import { ask, granted, holder, take, turns, within } from '../support/asking.js';

export const HOLDERS: readonly Clause[] = [
  {
    name: 'inspect-tells-holder',
    title: '[V1] anybody can read who has a file: run, kind, process and since when',
    check: async (contestants) => {
      const file = contestants.file();
      const beforeMs = Date.now();
      await take(contestants, await contestants.open(), file, { runId: 'run of the holder' });

      const seen = await (await contestants.open()).inspect(file);

      const { runId, kind, pid, host } = holder('run of the holder');
      const { acquiredAtMs = 0, ...rest } = seen ?? {};
      assert.deepEqual({ ...rest, runId, kind, pid, host }, rest);
      assert.ok(acquiredAtMs >= beforeMs && acquiredAtMs <= Date.now(), 'not since when it has it');
    },
  },
  {
    name: 'update-shown',
    title: '[V1] an update shows the next run of a holder to others',
    check: async (contestants) => {
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file, { runId: 'first run' });

      await within(contestants, lease.update(holder('next run')), 'the end of an update');

      const seen = await (await contestants.open()).inspect(file);
      assert.notEqual(seen?.runId, 'first run');
    },
  },
  {
    name: 'inspect-free',
    title: 'nobody has a file that was never asked for, or that was given back',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const [provider, other] = [await contestants.open(), await contestants.open()];
      const seen = [await other.inspect(file)];

      // When
      const lease = await take(contestants, provider, file);
      await within(contestants, lease.release(), 'the end of a release');
      seen.push(await other.inspect(file));

      // Then
      assert.deepEqual(seen, [undefined, undefined]);
    },
  },
  {
    name: 'inspect-dead',
    title: '[L5] nobody has a file whose holder is dead',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);

      await contestants.presumeDead(file);

      assert.equal(await (await contestants.open()).inspect(file), undefined);
    },
  },
  {
    name: 'inspect-takes-no-lock',
    title: '[V7] looking keeps nobody from a file',
    check: async (contestants) => {
      const file = contestants.file();
      const [looking, asking] = [await contestants.open(), await contestants.open()];

      const look = looking.inspect(file);
      const request = ask(asking, file, { wait: false });
      await within(contestants, look, 'what was looked for');

      const lease = await granted(contestants, request, 'a file that somebody only looks at');
      assert.equal(lease.isHeld(), true);
    },
  },
  {
    name: 'inspect-waits-for-nobody',
    title: '[V7] looking needs no lock, so that it waits for no holder',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);
      ask(await contestants.open(), file);
      await turns();

      const look = (await contestants.open()).inspect(file);

      await within(contestants, look, 'who has a file that others wait for');
    },
  },
];
