import { describe, expect, it } from 'vitest';
import { literalsOf, membersOf } from './support/declarations.js';
import { codeSpans, section, tableColumn, tableRows, textOf } from './support/markdown.js';

const README = textOf('README.md');
const INTERRUPT = section(README, '## `interrupt`: stop this run');
const RECOVER = section(README, '## `recover`: judge, then act');
const MONITOR = section(README, '## `monitor`: the diagnostic heartbeat');

function notIn(text: string, members: Iterable<string>): string[] {
  const spans = codeSpans(text).join(' ');
  return [...members].filter((member) => !new RegExp(`\\b${member}\\b`).test(spans));
}

describe('what the README says of stopping and recovering', () => {
  it.each([
    { of: 'interrupt', text: INTERRUPT, file: 'src/runs/interrupt.ts', name: 'InterruptOutcome' },
    { of: 'recover', text: RECOVER, file: 'src/recovery/outcome.ts', name: 'Observed' },
    { of: 'monitor', text: MONITOR, file: 'src/recovery/monitor.ts', name: 'Monitor' },
    { of: 'monitor', text: MONITOR, file: 'src/recovery/monitor-events.ts', name: 'SessionState' },
  ])('names every member of $name where it tells of $of', ({ text, file, name }) => {
    expect(notIn(text, membersOf(file, name).keys())).toEqual([]);
  });

  it('names every status of an interrupt, and every reason that it may be given', () => {
    const file = 'src/runs/interrupt.ts';
    const statuses = literalsOf(file, 'InterruptOutcome', 'status');
    const [, causes = ''] = /CAUSES = \[(.*)\]/.exec(textOf(file)) ?? [];

    const named = [...statuses, ...causes.replaceAll("'", '').split(', ')];

    expect(codeSpans(INTERRUPT)).toEqual(expect.arrayContaining(named));
  });

  it('lists every reason of a recovery', () => {
    const reasons = literalsOf('src/recovery/outcome.ts', 'RecoveryOutcome', 'reason');

    expect(tableColumn(README, 'recovery reason').sort()).toEqual(reasons.sort());
  });

  it('tells of every status of a recovery with its reason', () => {
    const statuses = literalsOf('src/recovery/outcome.ts', 'RecoveryOutcome', 'status');
    const told = tableRows(README, 'recovery reason').flatMap(([, status = '']) =>
      status.split(', '),
    );

    expect([...new Set(told)].sort()).toEqual(statuses.sort());
  });

  it('names what a recovery found', () => {
    const active = [...membersOf('src/recovery/outcome.ts', 'Active').keys()];

    expect(notIn(RECOVER, active)).toEqual([]);
  });

  it('lists every event of a monitor', () => {
    const events = literalsOf('src/recovery/monitor-events.ts', 'MonitorEvent', 'type');

    expect(tableColumn(README, 'monitor event').sort()).toEqual(events.sort());
  });

  it('names what the events of a monitor carry', () => {
    expect(notIn(MONITOR, ['request', 'outcome', 'isStale'])).toEqual([]);
  });

  it.each([{ name: 'Health' }, { name: 'HealthReason' }])('names every $name', ({ name }) => {
    const members = literalsOf('src/recovery/classify.ts', name);

    expect(codeSpans(MONITOR)).toEqual(expect.arrayContaining(members));
  });

  it('names every state that a host may report', () => {
    const states = literalsOf('src/recovery/session-states.ts', 'SessionReport', 'state');

    expect(codeSpans(MONITOR)).toEqual(expect.arrayContaining(states));
  });

  it('shows the defaults of a monitor', () => {
    const [shown = ''] = codeSpans(MONITOR).filter((span) => span.includes('sessions.monitor('));
    const options = membersOf('src/recovery/monitor-options.ts', 'MonitorOptions');
    const missing = [...options].filter(([name, value]) => {
      const [, figure = value] = /(\d[\d_]*)/.exec(value) ?? [];
      return !shown.includes(`${name}: ${figure}`);
    });

    expect(missing).toEqual([]);
  });
});
