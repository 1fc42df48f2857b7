import type { Countdown } from '../../support/countdown.js';
import type { RunRecord } from '../run/run-record.js';
import type { Scope } from '../run/scope.js';
import type { ListMember, MemberList } from './member-list.js';
import type { Section } from './section.js';

/** A section that the owner waits for. */
export class SectionRequest implements ListMember<SectionRequest> {
  list: MemberList<SectionRequest> | undefined = undefined;
  before: SectionRequest | undefined = undefined;
  after: SectionRequest | undefined = undefined;
  countdown: Countdown<SectionRequest> | undefined = undefined;

  readonly record: RunRecord;
  readonly action: string;
  readonly scope: Scope;
  readonly waitMs: number;
  readonly resolve: (section: Section) => void;
  readonly reject: (error: unknown) => void;

  constructor(
    record: RunRecord,
    action: string,
    scope: Scope,
    waitMs: number,
    resolve: (section: Section) => void,
    reject: (error: unknown) => void,
  ) {
    this.record = record;
    this.action = action;
    this.scope = scope;
    this.waitMs = waitMs;
    this.resolve = resolve;
    this.reject = reject;
  }
}
