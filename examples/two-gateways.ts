/** Two processes that answer on one transcript: `npx tsx examples/two-gateways.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { createCoordinator, SessionError } from 'penholder';
import { lockFileLeases } from 'penholder/lock-file';

/** What each of the two processes does. */
async function gateway(sessionFile: string, person: string): Promise<void> {
  // The leases keep other processes out, the coordinator the other runs of this one.
  const sessions = createCoordinator({ leases: lockFileLeases() });
  for (const message of ['hello', 'any news?', 'good bye']) {
    try {
      await sessions.run(
        { sessionFile, sessionKey: `chat:${person}`, waitMs: 10_000 },
        async (run) => {
          // Whoever died in the middle of a record left a part of it.
          await run.transcript.dropTornTail();
          if (run.previous?.end === 'died') await run.transcript.append({ note: run.previous });
          // Read in here: until the turn is granted, the other process may still write.
          const { records } = await run.transcript.readRecords();
          const reply = await run.prompt((signal) => callModel(records, signal));
          await run.transcript.append({ turn: records.length + 1, person, message, reply });
        },
      );
    } catch (error) {
      if (!SessionError.is(error)) throw error;
      console.log(`to ${person}: ${error.userMessage}`); // the other process has it for too long, ...
    }
  }
  await sessions.close();
}

/** Stands for a model: it counts the turns that it was shown. */
async function callModel(records: readonly unknown[], signal: AbortSignal): Promise<string> {
  await sleep(100, undefined, { signal });
  return `I have seen ${records.length} turns before this one`;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penholder-two-gateways-'));
  const file = join(folder, 'session.jsonl');
  const script = fileURLToPath(import.meta.url);
  const gateways = ['alice', 'bob'].map((person) => fork(script, [file, person]));
  await Promise.all(gateways.map((process) => once(process, 'exit')));
  console.log(readFileSync(file, 'utf8').trimEnd());
  rmSync(folder, { recursive: true });
}

const [file, person] = process.argv.slice(2);
await (file === undefined || person === undefined ? main() : gateway(file, person));
