import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect, silenceOf } from '../../src/recovery/detect.js';
import { judgedIn, NOW_MS, measureOf } from './support/judged.js';

const duration = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant(Infinity));
const limit = fc.oneof(duration, fc.constant(false as const));
const working = fc.constantFrom('active' as const, 'prompting' as const);
const elsewhere = fc.constantFrom('waiting' as const, 'parked' as const, 'maintaining' as const);

const facts = {
  silentMs: fc.integer({ min: 0, max: 200_000 }),
  excusedMs: fc.integer({ min: 0, max: 200_000 }),
  stuckAfterMs: limit,
  ownMs: fc.option(limit, { nil: undefined }),
  declaredMs: fc.option(fc.array(duration, { maxLength: 3 }), { nil: undefined }),
  settleMs: duration,
};

const finishing = fc.record({
  ...facts,
  phase: fc.constant('finishing' as const),
  finishingMs: fc.integer({ min: 0, max: 200_000 }),
});
const owning = fc.oneof(fc.record({ ...facts, phase: working }), finishing);

const measure = fc
  .record({
    silentMs: fc.option(duration, { nil: undefined }),
    allowActiveAbort: fc.boolean(),
    stalledAtMs: fc.oneof(
      fc.constant(-Infinity),
      fc.integer({ min: 0, max: 90_000 }).map((agoMs) => NOW_MS - agoMs),
    ),
    calmMs: duration,
  })
  .map(measureOf);

describe('detect(), whatever is known of a run', () => {
  it('[R10] [T6] never condemns what waits, is parked or maintains', () => {
    const property = fc.property(
      fc.record({ ...facts, phase: elsewhere }),
      measure,
      (run, asked) => {
        expect(detect(judgedIn(run), NOW_MS, asked).isCondemned).toBe(false);
      },
    );

    fc.assert(property, { numRuns: 500 });
  });

  it('[S3] never condemns anybody while the process is calming down', () => {
    const calm = fc.integer({ min: 1, max: 90_000 }).chain((calmMs) =>
      fc.integer({ min: 0, max: calmMs - 1 }).map((agoMs) => ({
        calmMs,
        stalledAtMs: NOW_MS - agoMs,
      })),
    );
    const property = fc.property(owning, measure, calm, (run, asked, stall) => {
      const verdict = detect(judgedIn(run), NOW_MS, { ...asked, ...stall });

      expect(verdict).toEqual({ isCondemned: false, reason: 'event_loop_stalled' });
    });

    fc.assert(property, { numRuns: 500 });
  });

  it('[S3] never condemns for silence that the run has declared', () => {
    const property = fc.property(fc.record({ ...facts, phase: working }), measure, (run, asked) => {
      // Given somebody who does not insist
      const judge = { ...asked, allowActiveAbort: false };
      const verdict = detect(judgedIn(run), NOW_MS, judge);

      // Then whoever is condemned was silent for longer than each that had a say
      const silentMs = Math.max(0, run.silentMs - run.excusedMs);
      const ownMs = run.ownMs === false ? Infinity : (run.ownMs ?? 0);
      const says = [ownMs, ...(run.declaredMs ?? [])];
      const isHarmless = says.some((mayMs) => silentMs < mayMs);
      expect(verdict.isCondemned && isHarmless).toBe(false);
    });

    fc.assert(property, { numRuns: 500 });
  });

  it('condemns more the longer the silence, never less', () => {
    const property = fc.property(
      fc.record({ ...facts, phase: working }),
      measure,
      fc.integer({ min: 0, max: 200_000 }),
      (run, asked, moreMs) => {
        const before = detect(judgedIn(run), NOW_MS, asked).isCondemned;
        const longer = { ...run, silentMs: run.silentMs + moreMs };

        expect(before && !detect(judgedIn(longer), NOW_MS, asked).isCondemned).toBe(false);
      },
    );

    fc.assert(property, { numRuns: 500 });
  });

  it('[T6] goes by the time to settle, and by nothing else, where a run ends', () => {
    const property = fc.property(finishing, measure, (run, asked) => {
      const judge = { ...asked, allowActiveAbort: false, stalledAtMs: -Infinity };

      const { isCondemned } = detect(judgedIn(run), NOW_MS, judge);

      expect(isCondemned).toBe(run.finishingMs >= run.settleMs);
    });

    fc.assert(property, { numRuns: 300 });
  });

  it('knows silence as time without progress, less what nobody could use', () => {
    const property = fc.property(fc.record({ ...facts, phase: working }), (run) => {
      const silentMs = silenceOf(judgedIn(run), NOW_MS);

      expect(silentMs).toBe(Math.max(0, run.silentMs - run.excusedMs));
    });

    fc.assert(property, { numRuns: 200 });
  });
});
