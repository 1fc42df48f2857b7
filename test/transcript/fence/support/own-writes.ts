import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { Coordinator, Run } from '../../../../src/index.js';

/** One way in which the owner, or a guest, changes the file through the gate. */
export interface OwnWrite {
  readonly name: string;
  perform(run: Run, sessions: Coordinator): unknown;
}

export const LINE = '{"own":1}\n';

export const OWN_APPEND: OwnWrite = {
  name: 'append',
  perform: (run) => run.transcript.append({ own: 1 }),
};
export const OWN_REWRITE: OwnWrite = {
  name: 'rewrite',
  perform: (run) => run.transcript.rewrite((bytes) => `${bytes.toString()}${LINE}`),
};
export const OWN_WRITE: OwnWrite = {
  name: 'write',
  perform: (run) => run.transcript.write((path) => appendFile(path, LINE)),
};
export const OWN_WRITE_SYNC: OwnWrite = {
  name: 'writeSync',
  perform: (run) => {
    run.transcript.writeSync((path) => appendFileSync(path, LINE));
  },
};

/** All of them, and some that leave the file as long as it was, or shorter. */
export const OWN_WRITES: readonly OwnWrite[] = [
  OWN_APPEND,
  OWN_REWRITE,
  OWN_WRITE,
  OWN_WRITE_SYNC,
  {
    name: 'appendLines',
    perform: (run) => run.transcript.appendLines('{"line":1}', '{"line":2}'),
  },
  { name: 'enqueue', perform: (run) => run.transcript.enqueue((t) => t.append({ queued: 1 })) },
  {
    name: 'a guest',
    perform: (run, sessions) =>
      sessions.write(run.sessionFile, (t) => t.append({ guest: 1 }), { label: 'mirror' }),
  },
  {
    name: 'an append inside a prompt window',
    perform: (run) => run.prompt(() => run.transcript.append({ prompted: 1 })),
  },
  {
    name: 'a compaction inside a maintenance window',
    perform: (run) =>
      run.maintain(() => run.transcript.rewrite(() => '{"compacted":1}\n'), { deadlineMs: 60_000 }),
  },
  {
    name: 'a rewrite of the same size',
    perform: (run) => run.transcript.rewrite((bytes) => bytes.toString().replaceAll('own', 'OWN')),
  },
  {
    name: 'writeSync in place, of the same size',
    perform: (run) => {
      run.transcript.writeSync((path) => {
        if (!existsSync(path)) return;
        const text = readFileSync(path, 'utf8');
        writeFileSync(path, text.replaceAll('1', '2'));
      });
    },
  },
  {
    name: 'write with appends inside',
    perform: (run) =>
      run.transcript.write(async (path) => {
        await appendFile(path, LINE);
        await run.transcript.append({ nested: 1 });
        await appendFile(path, LINE);
        run.transcript.writeSync(() => {
          appendFileSync(path, LINE);
        });
        await run.transcript.append({ nested: 2 });
      }),
  },
  {
    name: 'dropTornTail',
    perform: async (run) => {
      run.transcript.writeSync((path) => appendFileSync(path, '{"torn'));
      await run.transcript.dropTornTail();
    },
  },
  {
    name: 'rotate, and back',
    perform: async (run) => {
      const { path } = run.transcript;
      await run.transcript.rotate(`${path}.next`);
      await run.transcript.append({ next: 1 });
      await run.transcript.rotate(path);
    },
  },
  { name: 'read', perform: (run) => run.transcript.read() },
];
