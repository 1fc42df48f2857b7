/** A runner that lets nobody open two turns on one transcript: `npx tsx examples/minimal.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createCoordinator, SessionError } from 'penholder';

const sessions = createCoordinator();

async function handle(sessionFile: string, sessionKey: string, message: string): Promise<string> {
  try {
    return await sessions.run({ sessionFile, sessionKey, kind: 'person' }, async (run) => {
      // Read the transcript in here: until the turn is granted, somebody else may still write it.
      const { records } = await run.transcript.readRecords();
      const reply = await run.prompt((signal) => callModel(records, message, signal));
      await run.transcript.append({ message, reply });
      return reply;
    });
  } catch (error) {
    if (SessionError.is(error)) return error.userMessage; // busy, stopped, ...: fit for a person
    throw error;
  }
}

/** Stands for a model: it counts the turns that it was shown. */
async function callModel(
  records: readonly unknown[],
  message: string,
  signal: AbortSignal,
): Promise<string> {
  await sleep(50, undefined, { signal });
  return `"${message}" is turn ${records.length + 1}`;
}

const folder = mkdtempSync(join(tmpdir(), 'penholder-minimal-'));
const file = join(folder, 'session.jsonl');
const asked = [handle(file, 'chat:alice', 'hello'), handle(file, 'chat:bob', 'good morning')];
console.log((await Promise.all(asked)).join('\n'));
rmSync(folder, { recursive: true });
