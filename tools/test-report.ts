import { readFile } from 'node:fs/promises';

/** The part of vitest's JSON report that these tools read. */
export interface TestReport {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly TestCase[];
  }[];
}

export interface TestCase {
  readonly title: string;
  readonly fullName: string;
  readonly status: string;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

export const REPORT_FILE = '.cache/test-report.json';

/** `undefined` where there is no report. */
export async function readReport(file: string = REPORT_FILE): Promise<TestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as TestReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file that failed without a failing test, say because it does not load, counts as one failure. */
export function countTests(report: TestReport): TestCounts {
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    const failedHere = file.assertionResults.filter(({ status }) => status === 'failed').length;
    passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
    failed += failedHere === 0 && file.status === 'failed' ? 1 : failedHere;
  }
  return { passed, failed };
}
