/** Every check there is, in the order in which a mistake is cheapest to find; stops at the first failure. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pc from 'picocolors';

const STEPS = [
  { name: 'format', command: 'prettier --check --log-level warn .' },
  // Early, because types and lint of whatever imports the package by its name read the build.
  { name: 'build', command: 'tsup --silent' },
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'types', command: 'npm run --silent types' },
  { name: 'tests with coverage', command: 'npm run --silent coverage' },
  { name: 'package shape', command: 'npm run --silent package' },
  { name: 'dead exports', command: 'npm run --silent unused' },
];

const seconds = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

async function succeeds(command: string): Promise<boolean> {
  const [code] = (await once(spawn(command, { shell: true, stdio: 'inherit' }), 'exit')) as [
    number | null,
  ];
  return code === 0;
}

async function check(): Promise<boolean> {
  const startedMs = performance.now();
  for (const { name, command } of STEPS) {
    console.log(pc.bold(`> ${name}`));
    const stepMs = performance.now();
    if (!(await succeeds(command))) {
      console.log(pc.red(`failed: ${name} (${seconds(stepMs)})`));
      return false;
    }
    console.log(pc.green(`ok: ${name} (${seconds(stepMs)})`));
  }
  console.log(pc.green(`All ${STEPS.length} checks passed (${seconds(startedMs)})`));
  return true;
}

if (!(await check())) process.exitCode = 1;
