/** Many processes on few session files, while they are killed, stopped and blocked; ends with 1 where anything was wrong. */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { printable } from './report.js';
import { runStorm } from './storm.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    processes: { type: 'string', default: '16' },
    files: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    through: { type: 'string', default: 'coordinator' },
    json: { type: 'boolean', default: false },
  },
});

function numberOf(name: 'minutes' | 'processes' | 'files' | 'seed', least: number): number {
  const value = Number(values[name]);
  if (value >= least && Number.isFinite(value)) return value;
  throw new RangeError(`Invalid --${name}: expected ${least} or more, got ${values[name]}`);
}

const { through, json } = values;
if (through !== 'provider' && through !== 'coordinator') {
  throw new RangeError(`Invalid --through: expected provider or coordinator, got ${through}`);
}
const report = await runStorm({
  seconds: numberOf('minutes', 0.05) * 60,
  processes: numberOf('processes', 1),
  files: numberOf('files', 1),
  seed: numberOf('seed', 0),
  through,
  onRound: ({ seed, findings }) => {
    if (json) return;
    const verdict = findings.length === 0 ? pc.green('clean') : pc.red(`${findings.length} wrong`);
    console.log(`round with seed ${seed}: ${verdict}`);
  },
});
console.log(json ? JSON.stringify({ ...values, ...report }, null, 2) : printable(report));
if (report.findings.length > 0) process.exitCode = 1;
