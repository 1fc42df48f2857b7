import { appendFileSync, writeFileSync } from 'node:fs';
import type { Coordinator, Run } from '../../../../src/index.js';

/** Where an operation happens: its run, unless nobody owns the file. */
export interface Place {
  readonly coordinator: Coordinator;
  readonly run: Run;
  readonly file: string;
  readonly next: string;
}

export interface Operation {
  /** The content before; undefined where there is no file. */
  readonly before: string | undefined;
  /** The content after success. */
  readonly after: string | undefined;
  /** What it rejects with where nothing fails. */
  readonly rejects?: string;
  /** Nobody owns the file while it happens. */
  readonly isAlone?: true;
  perform(place: Place): unknown;
}

const ONE = '{"n":1}\n';
const TWO = '{"n":2}\n';
const WHOLE = `${ONE}{"n":7}`;
const TORN = `${ONE}{"n":`;

const append = ({ run }: Place): unknown => run.transcript.append({ n: 2 });
const guest = ({ coordinator, file }: Place): unknown =>
  coordinator.write(file, (transcript) => transcript.append({ n: 2 }));
const queued = ({ run }: Place): unknown =>
  run.transcript.enqueue((transcript) => transcript.append({ n: 2 }));
const rewrite = ({ run }: Place): unknown =>
  run.transcript.rewrite((current) => `{"n":0}\n${current.toString()}`);

/** Everything that touches the bytes, on every state of the file that makes a difference. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'append to a file': { before: ONE, after: ONE + TWO, perform: append },
  'append to an empty file': { before: '', after: TWO, perform: append },
  'append to no file': { before: undefined, after: TWO, perform: append },
  'append to a last line without its end': {
    before: WHOLE,
    after: `${WHOLE}\n${TWO}`,
    perform: append,
  },
  'append to a torn tail': {
    before: TORN,
    after: TORN,
    rejects: 'ERR_SESSION_TORN_TAIL',
    perform: append,
  },
  'two appends': {
    before: ONE,
    after: ONE + TWO + TWO,
    perform: async ({ run }) => {
      await run.transcript.append({ n: 2 });
      await run.transcript.append({ n: 2 });
    },
  },
  'a guest append beside an owner': { before: ONE, after: ONE + TWO, perform: guest },
  'a guest append without an owner': {
    before: ONE,
    after: ONE + TWO,
    isAlone: true,
    perform: guest,
  },
  'a guest append to no file without an owner': {
    before: undefined,
    after: TWO,
    isAlone: true,
    perform: guest,
  },
  'a queued write': { before: ONE, after: ONE + TWO, perform: queued },
  read: { before: ONE, after: ONE, perform: ({ run }) => run.transcript.read() },
  rewrite: { before: ONE, after: `{"n":0}\n${ONE}`, perform: rewrite },
  'rewrite of no file': { before: undefined, after: '{"n":0}\n', perform: rewrite },
  rotate: { before: ONE, after: ONE, perform: ({ run, next }) => run.transcript.rotate(next) },
  dropTornTail: { before: TORN, after: ONE, perform: ({ run }) => run.transcript.dropTornTail() },
  'dropTornTail of a last line without its end': {
    before: WHOLE,
    after: WHOLE,
    perform: ({ run }) => run.transcript.dropTornTail(),
  },
  write: {
    before: ONE,
    after: ONE + TWO,
    perform: ({ run }) =>
      run.transcript.write((path) => {
        appendFileSync(path, TWO);
      }),
  },
  'write to no file': {
    before: undefined,
    after: TWO,
    perform: ({ run }) =>
      run.transcript.write((path) => {
        writeFileSync(path, TWO);
      }),
  },
  'write with an append inside': {
    before: ONE,
    after: ONE + TWO,
    perform: ({ run }) => run.transcript.write(() => run.transcript.append({ n: 2 })),
  },
  writeSync: {
    before: ONE,
    after: ONE + TWO,
    perform: ({ run }) => {
      run.transcript.writeSync((path) => {
        appendFileSync(path, TWO);
      });
    },
  },
  'writeSync that throws': {
    before: ONE,
    after: ONE + TWO,
    rejects: 'ERR_OF_THE_CODE',
    perform: ({ run }) => {
      run.transcript.writeSync((path) => {
        appendFileSync(path, TWO);
        throw Object.assign(new Error('of the code inside'), { code: 'ERR_OF_THE_CODE' });
      });
    },
  },
  prompt: { before: ONE, after: ONE, perform: ({ run }) => run.prompt(() => undefined) },
  'prompt with an append inside': {
    before: ONE,
    after: ONE + TWO,
    perform: ({ run }) => run.prompt(() => run.transcript.append({ n: 2 })),
  },
};
