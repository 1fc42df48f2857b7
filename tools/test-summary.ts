/** Prints `N passed, N failed` from the report of the last test run; nothing where there is none. */
import { countTests, readReport } from './test-report.js';

const report = await readReport();
if (report) {
  const { passed, failed } = countTests(report);
  console.log(`${passed} passed, ${failed} failed`);
}
