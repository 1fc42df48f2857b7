import assert from 'node:assert/strict';
import type { Lease } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import type { Clause, Contestants } from '../contestants.js';
import { ask, assertFree, granted, holder, take, turns, within } from '../support/asking.js';

interface TakenOver {
  readonly file: SessionFile;
  /** Of whoever was taken for dead, and goes on. */
  readonly lost: Lease;
  readonly losses: readonly Error[];
  /** Of whoever has the file now. */
  readonly successor: Lease;
}

/** A holder that lives was taken for dead, and somebody else has its file. */
async function takeOver(contestants: Contestants): Promise<TakenOver> {
  const file = contestants.file();
  const request = ask(await contestants.open(), file, { runId: 'run that lost' });
  const lost = await granted(contestants, request, 'a file that nobody has');
  await contestants.presumeDead(file);
  const successor = await take(contestants, await contestants.open(), file, { runId: 'successor' });
  return { file, lost, losses: request.losses, successor };
}

export const LOSS: readonly Clause[] = [
  {
    name: 'lost-is-not-held',
    title: '[T4] [I7] a lease that was taken over is not held, from the very moment on',
    check: async (contestants) => {
      const { lost } = await takeOver(contestants);

      assert.equal(lost.isHeld(), false);
    },
  },
  {
    name: 'loss-told-unasked',
    title: '[T5] a holder is told of its loss without having looked',
    check: async (contestants) => {
      const { losses } = await takeOver(contestants);

      await contestants.settle();

      assert.ok(losses.length > 0, 'nothing was told');
    },
  },
  {
    name: 'loss-seen-is-told',
    title: '[T5] a loss that its holder has seen is told to it at once',
    check: async (contestants) => {
      const { lost, losses } = await takeOver(contestants);

      const isHeld = lost.isHeld();
      await turns();

      assert.ok(isHeld || losses.length > 0, 'seen, and not told');
    },
  },
  {
    name: 'loss-told-once',
    title: '[T5] a loss is told once, however often the holder looks',
    check: async (contestants) => {
      const { lost, losses } = await takeOver(contestants);

      lost.isHeld();
      lost.isHeld();
      await contestants.settle();
      lost.isHeld();
      await contestants.settle();

      assert.ok(losses.length < 2, `told ${losses.length} times`);
    },
  },
  {
    name: 'loss-says-why',
    title: '[F10] a loss is told as one, and by no other name',
    check: async (contestants) => {
      const { lost, losses } = await takeOver(contestants);

      lost.isHeld();
      await contestants.settle();

      const codes = losses.map((loss) => (loss as NodeJS.ErrnoException).code);
      assert.deepEqual(
        [...new Set(codes)].join(),
        codes.length > 0 ? 'ERR_SESSION_LEASE_LOST' : '',
      );
    },
  },
  {
    name: 'no-loss-after-release',
    title: '[T5] nothing is told any more once a release has begun, also of a loss before it',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const request = ask(await contestants.open(), file);
      const lease = await granted(contestants, request, 'a file that nobody has');
      await contestants.presumeDead(file);
      await take(contestants, await contestants.open(), file);

      // When
      const before = request.losses.length;
      await within(contestants, lease.release(), 'the end of a release');
      await contestants.settle();

      // Then
      assert.equal(request.losses.length, before);
    },
  },
  {
    name: 'no-loss-after-hand-over',
    title: '[T5] what was given back, and has somebody else now, is not told as lost',
    check: async (contestants) => {
      // Given
      const file = contestants.file();
      const request = ask(await contestants.open(), file);
      const lease = await granted(contestants, request, 'a file that nobody has');

      // When
      await within(contestants, lease.release(), 'the end of a release');
      await take(contestants, await contestants.open(), file);
      lease.isHeld();
      await contestants.settle();

      // Then
      assert.deepEqual(request.losses, []);
    },
  },
  {
    name: 'late-release-harmless',
    title: '[L4] a release that comes late does no harm to a successor',
    check: async (contestants) => {
      const { lost, successor } = await takeOver(contestants);

      await within(contestants, lost.release(), 'the end of a late release');
      await contestants.settle();

      assert.equal(successor.isHeld(), true);
    },
  },
  {
    name: 'successor-releases',
    title: '[X3] a successor can give the file back, also after a release that came late',
    check: async (contestants) => {
      const { file, lost, successor } = await takeOver(contestants);
      await within(contestants, lost.release(), 'the end of a late release');

      await within(contestants, successor.release(), 'the end of a release');

      await assertFree(contestants, file, 'given back by a successor');
    },
  },
  {
    name: 'late-update-harmless',
    title: '[T5] an update that comes late leaves the successor what it said',
    check: async (contestants) => {
      const { file, lost } = await takeOver(contestants);

      await within(contestants, lost.update(holder('late run')), 'the end of a late update');

      const seen = await (await contestants.open()).inspect(file);
      assert.notEqual(seen?.runId, 'late run');
    },
  },
];
