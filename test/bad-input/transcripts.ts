import type { Run, Transcript } from '../../src/index.js';
import type { Row, Scene } from './scene.js';

const none = (): undefined => undefined;

/** Every use of the file, and how errors name it. */
const USES: Readonly<Record<string, readonly [action: string, use: (t: Transcript) => unknown]>> = {
  'append()': ['append', (t) => t.append({ line: 1 })],
  'appendLines()': ['append', (t) => t.appendLines('line')],
  'read()': ['read', (t) => t.read()],
  'readRecords()': ['read', (t) => t.readRecords()],
  'rewrite()': ['rewrite', (t) => t.rewrite(() => '')],
  'dropTornTail()': ['drop the torn tail', (t) => t.dropTornTail()],
  'write()': ['write', (t) => t.write(none)],
  'writeSync()': ['write synchronously', (t) => t.writeSync(none)],
  'enqueue()': ['write from the queue', (t) => t.enqueue(none)],
};

type State = 'endedOnFile' | 'parkedOnFile' | 'leftOnFile' | 'revokedOnFile';

const WHY: Readonly<Record<State, readonly [type: string, has: object, why: RegExp]>> = {
  endedOnFile: [
    'RunEndedError',
    { code: 'ERR_SESSION_RUN_ENDED', end: 'released' },
    / has ended \(released\), handles serve one turn only$/,
  ],
  revokedOnFile: [
    'RunRevokedError',
    { code: 'ERR_SESSION_RUN_REVOKED' },
    / was revoked, only a live owner may$/,
  ],
  parkedOnFile: [
    'RunNotOwnerError',
    { code: 'ERR_SESSION_NOT_OWNER' },
    / is parked, only the owner of the turn may$/,
  ],
  leftOnFile: [
    'RunEndedError',
    { code: 'ERR_SESSION_RUN_ENDED' },
    /^Cannot use the transcript on .*: this handle of run .* was released, /,
  ],
};

/** A run on a file of its own, brought into some state; whatever it began is ended behind the act. */
async function onFile(state: State, scene: Scene, act: (run: Run) => unknown): Promise<void> {
  const { coordinator } = scene;
  const sessionFile = scene.at(`${state}.jsonl`);
  const caller = new AbortController();
  const run = await coordinator.acquire({ sessionFile, signal: caller.signal });
  try {
    if (state === 'parkedOnFile') await run.park(() => act(run));
    if (state === 'endedOnFile') await run.release();
    if (state === 'revokedOnFile') {
      caller.abort();
      await coordinator.runs.whenEnded(run);
    }
    if (state === 'leftOnFile') {
      const joined = await coordinator.acquire({ sessionFile, parent: run, onReentry: 'join' });
      await joined.release();
      await act(joined);
    }
    if (state === 'endedOnFile' || state === 'revokedOnFile') await act(run);
  } finally {
    await run.release();
  }
}

function used(state: State): Row[] {
  const [type, has, why] = WHY[state];
  const uses = { ...USES, 'rotate()': ['rotate', (t: Transcript) => t.rotate('/tmp/x')] as const };
  return Object.entries(uses).map(([name, [, use]]) => ({
    name: `${name} of a handle: ${state}`,
    act: (scene) => onFile(state, scene, (run) => use(run.transcript)),
    type,
    has,
    message: () => why,
  }));
}

function ofMarker([name, [action, use]]: [string, (typeof USES)[string]]): Row {
  return {
    name: `${name} of a marker`,
    act: ({ active }) => use(active.transcript),
    type: 'InvalidSessionFileError',
    has: { code: 'ERR_SESSION_FILE_INVALID', reason: 'marker' },
    message: () =>
      'Cannot use "memory:active" as a session file: it is a marker and names no file, ' +
      `so there is nothing to ${action}`,
  };
}

/** A wrong call of an owner that all is well with. */
function wrong(
  name: string,
  use: (transcript: Transcript, scene: Scene) => unknown,
  message: string | RegExp,
  type = 'TypeError',
): Row {
  return {
    name,
    act: (scene) =>
      scene.coordinator.run({ sessionFile: scene.at('own.jsonl') }, (run) =>
        use(run.transcript, scene),
      ),
    type,
    message: () => message,
  };
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

export const TRANSCRIPTS: readonly Row[] = [
  ...used('endedOnFile'),
  ...used('revokedOnFile'),
  ...used('parkedOnFile'),
  ...used('leftOnFile'),
  ...Object.entries(USES).map(ofMarker),
  wrong(
    'rewrite() without an update',
    (t) => t.rewrite(undefined as never),
    'Invalid update: expected a function, got undefined',
  ),
  wrong(
    'rewrite() to a text',
    (t) => t.rewrite('text' as never),
    'Invalid update: expected a function, got "text"',
  ),
  wrong(
    'rewrite() to nothing',
    (t) => t.rewrite(() => undefined as never),
    'Invalid content: expected a string or a Buffer, got undefined',
  ),
  wrong(
    'rewrite() to a number',
    (t) => t.rewrite(() => 5 as never),
    'Invalid content: expected a string or a Buffer, got 5',
  ),
  wrong(
    'write() without a section',
    (t) => t.write(undefined as never),
    'Invalid section: expected a function, got undefined',
  ),
  wrong(
    'writeSync() without a section',
    (t) => t.writeSync(null as never),
    'Invalid section: expected a function, got null',
  ),
  wrong(
    'writeSync() of a section that is not synchronous',
    (t) => t.writeSync(() => Promise.resolve()),
    'Invalid section: expected a synchronous function (write() takes others), got "one that returned a promise"',
  ),
  wrong(
    'enqueue() without a write',
    (t) => t.enqueue(undefined as never),
    'Invalid write: expected a function, got undefined',
  ),
  wrong('append() of undefined', (t) => t.append(undefined), /^Invalid record/),
  wrong('append() of a function', (t) => t.append(none), /^Invalid record/),
  wrong('append() of a circle', (t) => t.append(circular), /^Invalid record/),
  wrong('append() of a bigint', (t) => t.append(1n), /^Invalid record/),
  wrong('appendLines() of a number', (t) => t.appendLines(5 as never), /^Invalid line/),
  wrong(
    'appendLines() of two lines as one',
    (t) => t.appendLines('a\nb'),
    /^Invalid line/,
    'RangeError',
  ),
];
