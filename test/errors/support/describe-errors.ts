import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/index.js';
import { CAUSE, FACTS, FILE, HOLDER } from './facts.js';
import type { Row } from './row.js';

/** One test for each thing that holds for every error. */
export function describeErrors(rows: readonly Row[]): void {
  describe.each(rows)(
    '$type',
    ({ type, name = type, code, retry, begins, fields, hasFile, make }) => {
      const error = make(FACTS);

      it(`[V2] has the code ${code}, its name and its facts`, () => {
        expect(error).toMatchObject({ code, name, ...fields });
        expect(error.constructor.name).toBe(type);
        expect(String(error).startsWith(`${name}: `)).toBe(true);
      });

      it('[V2] says what could not be done, on which file, and why', () => {
        expect(error.message).toMatch(begins);
        expect(error.message).not.toContain('\n');
        expect(error.message).not.toMatch(/undefined|null|NaN|Infinity|\[object/);
      });

      it.runIf(hasFile !== false)('[V2] keeps its cause, file and holder', () => {
        expect(error.cause).toBe(CAUSE);
        expect(error.sessionFile).toBe(FILE);
        expect(error.eventId).toBe('event-1');
        expect(error.holder).toBe(HOLDER);
      });

      it('[V2] has no cause and no holder where there is none', () => {
        const bare = make({ sessionFile: FILE } as typeof FACTS);
        expect('cause' in bare).toBe(false);
        expect(bare.holder).toBeUndefined();
        expect(bare.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/);
      });

      it('[V3] has a text for persons that names no path, run, process or host', () => {
        expect(error.userMessage).toMatch(/^[A-Z].*\.$/);
        expect(error.userMessage).not.toMatch(
          /[/\\]|jsonl|srv|r-1|holder-1|4711|host-a|ERR_|run\b/,
        );
      });

      it('[V3] [V4] says whether waiting helps, and never more than that', () => {
        expect(error.retry).toBe(retry);
      });

      it('[V4] is a SessionError and an Error', () => {
        expect(error).toBeInstanceOf(SessionError);
        expect(error).toBeInstanceOf(Error);
        expect(SessionError.is(error)).toBe(true);
      });
    },
  );
}
