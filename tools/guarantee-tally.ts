import type { TestCase } from './test-report.js';

/** Committed in `guarantees.json`: the promises of this package, by group and id. */
export interface GuaranteeGroup {
  readonly group: string;
  readonly guarantees: Readonly<Record<string, string>>;
}

export interface GuaranteeTally {
  readonly id: string;
  readonly title: string;
  readonly passing: number;
  readonly failing: number;
}

export interface Tally {
  readonly groups: readonly {
    readonly group: string;
    readonly guarantees: readonly GuaranteeTally[];
  }[];
  readonly totals: {
    readonly guarantees: number;
    readonly proven: number;
    readonly failing: number;
    readonly open: number;
  };
  readonly open: readonly string[];
  readonly failingTests: readonly string[];
  /** Ids that a title carries and the list does not know: a slip in one of the two. */
  readonly unknown: readonly { readonly id: string; readonly test: string }[];
}

const BRACKETS = /\[\s*([A-Z]\d+(?:[\s,]+[A-Z]\d+)*)\s*\]/g;

/** The ids in a title: `[P2] [O1]`, `[P2, O1]`. Each counts once. */
export function guaranteeIds(title: string): string[] {
  const ids = Array.from(title.matchAll(BRACKETS), ([, inside = '']) => inside.split(/[\s,]+/));
  return [...new Set(ids.flat())];
}

function testsById(tests: readonly TestCase[]): Map<string, TestCase[]> {
  const byId = new Map<string, TestCase[]>();
  for (const test of tests) {
    for (const id of guaranteeIds(test.title)) {
      const tests = byId.get(id);
      if (tests) tests.push(test);
      else byId.set(id, [test]);
    }
  }
  return byId;
}

/** Proven is what a passing test carries and no failing one; open is what no test carries that ran. */
export function tallyGuarantees(
  groups: readonly GuaranteeGroup[],
  tests: readonly TestCase[],
): Tally {
  const byId = testsById(tests);
  const count = (id: string, status: string): number =>
    (byId.get(id) ?? []).filter((test) => test.status === status).length;

  const tallied = groups.map(({ group, guarantees }) => ({
    group,
    guarantees: Object.entries(guarantees).map(([id, title]) => ({
      id,
      title,
      passing: count(id, 'passed'),
      failing: count(id, 'failed'),
    })),
  }));
  const all = tallied.flatMap(({ guarantees }) => guarantees);
  const known = new Set(all.map(({ id }) => id));
  const open = all.filter(({ passing, failing }) => passing + failing === 0).map(({ id }) => id);
  const failing = all.filter((guarantee) => guarantee.failing > 0);
  const failingTests = failing
    .flatMap(({ id }) => byId.get(id) ?? [])
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);

  return {
    groups: tallied,
    totals: {
      guarantees: all.length,
      proven: all.length - open.length - failing.length,
      failing: failing.length,
      open: open.length,
    },
    open,
    failingTests: [...new Set(failingTests)],
    unknown: [...byId]
      .filter(([id]) => !known.has(id))
      .flatMap(([id, tests]) => tests.map(({ fullName }) => ({ id, test: fullName }))),
  };
}
