#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './cli/run.js';
import { outputOf } from './cli/output.js';

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const output = outputOf(process.stdout, process.stderr, (code) => process.exit(code));
process.exitCode = await runCli(process.argv.slice(2), { ...output, version });
