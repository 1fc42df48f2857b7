import assert from 'node:assert/strict';
import type { Clause } from '../contestants.js';
import { granted, holder, lineUp, take, within } from '../support/asking.js';

export const DEATH: readonly Clause[] = [
  {
    name: 'dead-holder-followed',
    title: '[X3] a wait ends with the lease when the holder dies',
    check: async (contestants) => {
      const { file, waiting } = await lineUp(contestants);

      await contestants.presumeDead(file);

      const next = await granted(contestants, waiting, 'the file of a dead holder');
      assert.equal(next.isHeld(), true);
    },
  },
  {
    name: 'death-told',
    title: '[X5] whoever follows a dead holder is told who that was',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file, { runId: 'run that died' });
      await contestants.presumeDead(file);

      const next = await take(contestants, await contestants.open(), file);

      assert.equal(next.died?.runId, 'run that died');
    },
  },
  {
    name: 'death-told-of-latest-run',
    title: '[X5] of a holder that had more than one run, the last one has died',
    check: async (contestants) => {
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file, { runId: 'first run' });
      await within(contestants, lease.update(holder('last run')), 'the end of an update');
      await contestants.presumeDead(file);

      const next = await take(contestants, await contestants.open(), file);

      assert.notEqual(next.died?.runId, 'first run');
    },
  },
  {
    name: 'death-told-once',
    title: '[X5] a death is not told again once a turn has begun that was told of it',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      await take(contestants, await contestants.open(), file, { runId: 'run that died' });
      await contestants.presumeDead(file);
      const next = await take(contestants, await contestants.open(), file, { runId: 'next run' });

      // When
      await within(contestants, next.update(holder('next run')), 'the end of an update');
      await within(contestants, next.release(), 'the end of a release');
      const later = await take(contestants, await contestants.open(), file);

      // Then
      assert.notEqual(later.died?.runId, 'run that died');
    },
  },
  {
    name: 'death-passed-on',
    title: '[X5] a death that no turn was told of is told to whoever comes next',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      await take(contestants, await contestants.open(), file, { runId: 'run that died' });
      await contestants.presumeDead(file);
      const unused = await take(contestants, await contestants.open(), file);

      // When
      await within(contestants, unused.release(), 'the end of a release');
      const next = await take(contestants, await contestants.open(), file);

      // Then
      if (unused.died !== undefined) assert.equal(next.died?.runId, 'run that died');
    },
  },
  {
    name: 'no-death-after-release',
    title: '[X5] nobody has died who gave the file back',
    check: async (contestants) => {
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file, { runId: 'in order' });
      const before = lease.died;
      await within(contestants, lease.release(), 'the end of a release');

      const next = await take(contestants, await contestants.open(), file);

      assert.deepEqual([before, next.died], [undefined, undefined]);
    },
  },
];
