/**
 * Shows how many passing tests prove each guarantee, and what is open.
 * `--json` prints the same as JSON; `--report <file>` reads another test report.
 */
import { spawnSync } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { type GuaranteeGroup, type Tally, tallyGuarantees } from './guarantee-tally.js';
import { REPORT_FILE, type TestReport, readReport } from './test-report.js';

const colors = pc.createColors(isatty(process.stdout.fd) && pc.isColorSupported);
const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, report: { type: 'string' } },
});

async function testFiles(): Promise<string[]> {
  const names = await readdir('test', { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.resolve('test', name));
}

/** A run of some files only says nothing about the others. */
async function coversAllTests(report: TestReport): Promise<boolean> {
  const covered = new Set(report.testResults.map(({ name }) => path.resolve(name)));
  return (await testFiles()).every((file) => covered.has(file));
}

async function warnIfOld(report: TestReport): Promise<void> {
  const changed = await Promise.all((await testFiles()).map(async (file) => await stat(file)));
  if (changed.every(({ mtimeMs }) => mtimeMs <= report.startTime)) return;
  console.error(colors.yellow('Tests changed after the last run: these figures are older.'));
}

/** The report of the last full run; the tests are run where there is none. */
async function fullReport(): Promise<TestReport> {
  const last = await readReport();
  if (last && (await coversAllTests(last))) {
    await warnIfOld(last);
    return last;
  }
  console.error('No report of a full test run yet: running the tests.');
  // Their output goes to stderr: stdout belongs to the result.
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], {
    stdio: ['ignore', 2, 2],
  });
  return await requireReport(REPORT_FILE);
}

async function requireReport(file: string): Promise<TestReport> {
  const report = await readReport(file);
  if (!report) throw new Error(`There is no test report at ${file}`);
  return report;
}

function printTally(tally: Tally): void {
  for (const { group, guarantees } of tally.groups) {
    console.log(colors.bold(`\n${group}`));
    console.log(colors.dim('  id   passing failing  guarantee'));
    for (const { id, title, passing, failing } of guarantees) {
      const figures = `${String(passing).padStart(7)} ${String(failing).padStart(7)}`;
      const isOpen = passing + failing === 0;
      const paint = failing > 0 ? colors.red : isOpen ? colors.yellow : colors.green;
      console.log(`  ${paint(`${id.padEnd(4)} ${figures}`)}  ${title}${isOpen ? ' (open)' : ''}`);
    }
  }
  printTotals(tally);
}

function printTotals({ totals, open, failingTests, unknown }: Tally): void {
  const { guarantees, proven, failing } = totals;
  console.log(
    `\n${guarantees} guarantees: ${proven} proven, ${failing} failing, ${open.length} open`,
  );
  if (open.length > 0) console.log(`Open: ${open.join(' ')}`);
  for (const test of failingTests) console.log(colors.red(`Fails: ${test}`));
  for (const { id, test } of unknown) console.log(colors.red(`Unknown id ${id}: ${test}`));
}

const groups = JSON.parse(
  await readFile(new URL('guarantees.json', import.meta.url), 'utf8'),
) as GuaranteeGroup[];
const report = options.report ? await requireReport(options.report) : await fullReport();
const tally = tallyGuarantees(
  groups,
  report.testResults.flatMap(({ assertionResults }) => assertionResults),
);
if (options.json) console.log(JSON.stringify(tally, null, 2));
else printTally(tally);
if (tally.failingTests.length + tally.unknown.length > 0) process.exitCode = 1;
