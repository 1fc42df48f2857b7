/**
 * A second process that works on a session file: `other-process.ts FILE hold` dies in its turn when
 * it is killed, `other-process.ts FILE count 20` adds 1 so many times and ends.
 */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { close, count, open } from './processes.js';

const [sessionFile = '', what, times = '1'] = process.argv.slice(2);
const opened = open();
const { sessions } = opened;

if (what === 'hold') {
  await sessions.run({ sessionFile, runId: 'other', sessionKey: 'chat:other' }, async (run) => {
    await run.transcript.append({ from: 'other' });
    // The beginning of a record, whose end never comes.
    run.transcript.writeSync((path) => {
      appendFileSync(path, '{"from":"ot');
    });
    process.send?.('holding');
    // Whoever started it kills it, or is gone.
    await once(process, 'disconnect');
  });
}
if (what === 'count') await count(sessions, sessionFile, Number(times));
await close(opened);
if (process.connected) process.disconnect();
