import assert from 'node:assert/strict';
import type { Clause } from '../contestants.js';
import { ask, assertFree, lineUp, take, turns, within } from '../support/asking.js';

const REASON = new Error('the reason of the signal');

export const ABORT: readonly Clause[] = [
  {
    name: 'abort-reason',
    title: 'an abort ends a wait with the reason of its signal',
    check: async (contestants) => {
      const { waiting } = await lineUp(contestants);

      waiting.controller.abort(REASON);
      await contestants.settle();

      if (waiting.state !== 'open') assert.equal(waiting.error, REASON);
    },
  },
  {
    name: 'abort-at-once',
    title: 'an abort ends a wait at once, whatever the holder does',
    check: async (contestants) => {
      const { waiting } = await lineUp(contestants);

      waiting.controller.abort(REASON);
      await turns();

      assert.notEqual(waiting.state, 'open');
    },
  },
  {
    name: 'abort-in-one-step',
    title: 'an abort in the step of its request ends that at once',
    check: async (contestants) => {
      const file = contestants.file();
      await take(contestants, await contestants.open(), file);
      const provider = await contestants.open();

      const waiting = ask(provider, file);
      waiting.controller.abort(REASON);
      await turns();

      assert.notEqual(waiting.state, 'open');
    },
  },
  {
    name: 'abort-leaves-nothing',
    title: 'a wait that was aborted keeps nobody from the file',
    check: async (contestants) => {
      // Given
      const { file, lease, waiting } = await lineUp(contestants);

      // When
      waiting.controller.abort(REASON);
      await contestants.settle();
      await within(contestants, lease.release(), 'the end of a release');

      // Then
      await assertFree(contestants, file, 'given back after an abort');
    },
  },
  {
    name: 'abort-crossing-grant',
    title: 'an abort that crosses the grant leaves a lease or a file that is free',
    check: async (contestants) => {
      // Given
      const { file, lease, waiting } = await lineUp(contestants);

      // When
      const release = lease.release();
      waiting.controller.abort(REASON);
      await within(contestants, release, 'the end of a release');
      await within(contestants, waiting.over, 'the end of a wait that was aborted');
      await within(contestants, waiting.lease?.release() ?? release, 'the end of a release');

      // Then
      await assertFree(contestants, file, 'aborted in the step of its grant');
    },
  },
  {
    name: 'abort-crossing-first-grant',
    title: 'an abort in the step of a request for a free file leaves a lease or a free file',
    check: async (contestants) => {
      const file = contestants.file();

      const request = ask(await contestants.open(), file);
      request.controller.abort(REASON);
      await within(contestants, request.over, 'the end of a request that was aborted');
      await within(contestants, Promise.resolve(request.lease?.release()), 'the end of a release');

      await assertFree(contestants, file, 'aborted in the step of its request');
    },
  },
  {
    name: 'aborted-before',
    title: 'a signal that has fired before gets nothing but its reason',
    check: async (contestants) => {
      const file = contestants.file();
      const controller = new AbortController();
      controller.abort(REASON);

      const request = ask(await contestants.open(), file, { controller });
      await within(contestants, request.over, 'the refusal of a request that was aborted');

      assert.equal(request.error, REASON);
      await assertFree(contestants, file, 'asked for with a signal that had fired');
    },
  },
  {
    name: 'abort-after-grant',
    title: 'an abort after the grant changes nothing',
    check: async (contestants) => {
      const controller = new AbortController();
      const file = contestants.file();
      const lease = await take(contestants, await contestants.open(), file, { controller });

      controller.abort(REASON);
      await contestants.settle();

      assert.equal(lease.isHeld(), true);
    },
  },
];
