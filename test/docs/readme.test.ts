import { describe, expect, it, vi } from 'vitest';
import {
  FILE_CHANGES,
  OwnerWaitTimeoutError,
  RUN_ENDS,
  RUN_KINDS,
  TakeoverError,
} from '../../src/index.js';
import { describeHolder } from '../../src/support/wording.js';
import { errorClasses, membersOf, unionOf } from './support/declarations.js';
import {
  codeBlocks,
  codeSpans,
  idsIn,
  section,
  tableColumn,
  tableRows,
  textOf,
} from './support/markdown.js';

const README = textOf('README.md');

function column(firstTitle: string, index = 0): string[] {
  return tableColumn(README, firstTitle, index);
}

/** The code blocks without a language, whatever their line breaks. */
function shownTexts(): string[] {
  return codeBlocks(README, '').map((block) => block.replaceAll(/\s+/g, ' ').trim());
}

function notNamed(members: readonly string[], text = README): string[] {
  return members.filter((member) => !new RegExp(`\\b${member}\\b`).test(text));
}

describe('the README', () => {
  it('is short enough to be read: 300 lines, and 80 for who comes from other queues', () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(380);
  });

  it('shows a part of examples/minimal.ts, word for word', () => {
    const [example] = codeBlocks(README, 'ts');

    expect(example).toMatch(/^import \{ createCoordinator/);
    expect(textOf('examples/minimal.ts')).toContain(example);
  });

  it('shows an error as the code words it', () => {
    // Given a waiter behind a cron job that has been silent for a while
    const nowMs = 1_800_000_000_000;
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
    const holder = {
      runId: 'nightly-2291',
      generation: 1,
      sessionFile: '/srv/agent/family.jsonl',
      sessionKey: 'cron:nightly',
      kind: 'cron',
      phase: 'active',
      requestedAtMs: nowMs - 842_000,
      grantedAtMs: nowMs - 842_000,
      progressAtMs: nowMs - 760_000,
      progressNote: 'tool call 3 of 9: read',
      waiting: 3,
      limits: { stuckAfterMs: 900_000, settleMs: 15_000 },
      pid: 4711,
      host: 'host-a',
    } as const;

    // When it gives up
    const { name, message } = new OwnerWaitTimeoutError({
      sessionFile: '/srv/agent/family.jsonl',
      holder,
      waitMs: 600_000,
      position: 1,
      queueLength: 3,
    });
    vi.useRealTimers();

    // Then the README shows that text, whatever its line breaks
    expect(shownTexts()).toContain(`${name}: ${message}`);
  });

  it('shows a holder in another process as the code words it', () => {
    const nowMs = 1_800_000_000_000;

    const shown = describeHolder(
      {
        instanceId: 'i-1',
        runId: 'r-2',
        sessionKey: 'chat:alice',
        kind: 'person',
        pid: 4711,
        threadId: 0,
        host: 'host-a',
        processStartedAtMs: nowMs - 10_800_000,
        acquiredAtMs: nowMs - 720_000,
        fencingToken: '17',
      },
      nowMs,
    );

    expect(codeSpans(README)).toContain(shown);
  });

  it('shows a takeover as the code words it', () => {
    const { name, message } = new TakeoverError({
      sessionFile: '/srv/agent/family.jsonl',
      runId: 'r-1',
      change: 'appended',
      by: 'unknown',
      expected: { exists: true, sizeBytes: 4_810 },
      seen: { exists: true, sizeBytes: 5_013 },
      writes: { count: 2, bytes: 410, endBytes: 4_810 },
      startBytes: 4_400,
    });

    expect(shownTexts()).toContain(`${name}: ${message}`);
  });

  it('lists every option, with its default', () => {
    const rows = new Map(tableRows(README, 'option').map(([name, value]) => [name, value]));

    const options = membersOf('src/options/coordinator-options.ts', 'CoordinatorOptions');

    expect(new Set(rows.keys())).toEqual(new Set(options.keys()));
    expect(Object.fromEntries(rows)).toMatchObject(
      Object.fromEntries([...options].filter(([, value]) => value !== '')),
    );
  });

  it('lists every field of a request', () => {
    const fields = [...membersOf('src/runs/run.ts', 'RunRequest').keys()];

    expect(column('request field').sort()).toEqual(fields.sort());
  });

  it('lists every error code, with its class', () => {
    const classes = errorClasses('src/errors');

    expect(column('code').sort()).toEqual(
      unionOf('src/errors/session-error.ts', 'SessionErrorCode').sort(),
    );
    expect(new Map(tableRows(README, 'code').map(([code, name]) => [name, code]))).toEqual(classes);
  });

  it('lists every type of event', () => {
    const types = [...membersOf('src/observe/events.ts', 'EventDetails').keys()];

    expect(column('type').sort()).toEqual(types.sort());
  });

  it('lists every end of a run', () => {
    expect(column('end').sort()).toEqual([...RUN_ENDS].sort());
  });

  it('names every cause of a signal', () => {
    const causes = unionOf('src/types.ts', 'InterruptCause');

    expect(codeSpans(README)).toEqual(expect.arrayContaining(causes));
  });

  it('names the kinds in the order of their urgency', () => {
    expect(README).toContain(
      `most urgent first: ${RUN_KINDS.map((kind) => `\`${kind}\``).join(', ')}.`,
    );
  });

  it('lists every member of a run that is more than a fact about it', () => {
    const members = [...membersOf('src/runs/run.ts', 'Run').keys()].filter(
      (name) => name !== 'toJSON',
    );
    const shown = tableRows(README, 'member').map(
      ([member = '']) => /^run\.(\w+)/.exec(member)?.[1] ?? member,
    );

    expect(shown.sort()).toEqual(members.sort());
  });

  it('lists every member of a transcript', () => {
    const file = 'src/transcript/transcript.ts';
    const members = ['Transcript', 'GuestTranscript'].flatMap((name) => [
      ...membersOf(file, name).keys(),
    ]);
    const shown = column('run.transcript').map((member) => /^\w+/.exec(member)?.[0] ?? member);

    expect(shown.sort()).toEqual(members.sort());
  });

  it('says what a guest may do', () => {
    const members = [...membersOf('src/transcript/transcript.ts', 'GuestTranscript').keys()];
    const [guests = ''] = README.split('\n').filter((line) => line.startsWith('**Guests**'));

    expect(notNamed(members, guests)).toEqual([]);
  });

  it.each([
    { call: 'run.prompt(', file: 'src/runs/prompt.ts', name: 'PromptOptions' },
    { call: 'sessions.write(', file: 'src/runs/guest-write.ts', name: 'WriteOptions' },
    { call: 'sessions.interrupt(', file: 'src/runs/interrupt.ts', name: 'InterruptOptions' },
    { call: 'sessions.recover(', file: 'src/recovery/outcome.ts', name: 'RecoveryRequest' },
    { call: 'sessions.monitor(', file: 'src/recovery/monitor-options.ts', name: 'MonitorOptions' },
    { call: 'monitor.report(', file: 'src/recovery/session-states.ts', name: 'SessionReport' },
  ])('shows every member of $name where it shows $call', ({ call, file, name }) => {
    const members = [...membersOf(file, name).keys()];

    const [shown = ''] = codeSpans(README).filter((span) => span.includes(call));

    expect(notNamed(members, shown)).toEqual([]);
  });

  it.each([
    { file: 'src/coordinator-interface.ts', name: 'Coordinator' },
    { file: 'src/coordinator-interface.ts', name: 'CoordinatorSnapshot' },
    { file: 'src/runs/run-index.ts', name: 'RunIndex' },
    { file: 'src/types.ts', name: 'PreviousRun' },
    { file: 'src/types.ts', name: 'HolderInfo' },
    { file: 'src/types.ts', name: 'GuestWrite' },
    { file: 'src/transcript/records.ts', name: 'Records' },
    { file: 'src/errors/takeover-error.ts', name: 'WriteProgress' },
    { file: 'src/runs/close.ts', name: 'CloseReport' },
  ])('names every member of $name', ({ file, name }) => {
    expect(notNamed([...membersOf(file, name).keys()])).toEqual([]);
  });

  it('names all that a failed write can leave', () => {
    const left = unionOf('src/errors/transcript-errors.ts', 'ContentLeft');

    expect(codeSpans(README)).toEqual(expect.arrayContaining(left));
  });

  it('names every change of a file that is a takeover', () => {
    expect(codeSpans(README)).toEqual(expect.arrayContaining([...FILE_CHANGES]));
  });

  it('says of every guarantee that it holds or that it does not, and knows no other', () => {
    const groups = JSON.parse(textOf('tools/guarantees.json')) as {
      guarantees: Record<string, string>;
    }[];
    const ids = groups.flatMap(({ guarantees }) => Object.keys(guarantees));

    const said = idsIn(
      section(README, '## Guarantees') + section(README, '## What it does not promise'),
    );

    expect([...new Set(said)].sort()).toEqual(ids.sort());
  });
});
