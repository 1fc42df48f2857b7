import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADMISSION_MODES } from '../../src/index.js';
import { literalsOf, membersOf } from './support/declarations.js';
import {
  codeBlocks,
  codeSpans,
  ROOT,
  section,
  tableColumn,
  tableRows,
  textOf,
} from './support/markdown.js';

const README = textOf('README.md');
const RECIPES = 'test/recipes';

/** Of each test of a recipe file the part of its title that names the row that it proves. */
function provenBy(file: RegExp): string[] {
  const files = readdirSync(`${ROOT}${RECIPES}`).filter((name) => file.test(name));
  const text = files.map((name) => textOf(`${RECIPES}/${name}`)).join('\n');
  const titles = text.matchAll(/^ +it\('(?:\[\w+\] )*([^:']+): /gm);
  return Array.from(titles, ([, name = '']) => name);
}

function notIn(text: string, members: Iterable<string>): string[] {
  return [...members].filter((member) => !new RegExp(`\\b${member}\\b`).test(text));
}

describe('what the README says of admission', () => {
  const admission = section(README, '### Ask first: `admit`');

  it('lists every outcome', () => {
    const outcomes = literalsOf('src/runs/admission.ts', 'Admission', 'outcome');

    expect(tableColumn(README, 'outcome').sort()).toEqual(outcomes.sort());
  });

  it('names every mode, and tells of each what can come of it', () => {
    const answered = tableRows(README, 'outcome').map(([, modes = '']) => modes);

    expect(codeSpans(admission)).toEqual(expect.arrayContaining([...ADMISSION_MODES]));
    expect(notIn(answered.join(' '), ADMISSION_MODES)).toEqual([]);
  });

  it.each([
    { file: 'src/runs/admission.ts', name: 'AdmitRequest' },
    { file: 'src/runs/ticket.ts', name: 'Ticket' },
    { file: 'src/runs/until-told.ts', name: 'WaitOptions' },
  ])('names every member of $name', ({ file, name }) => {
    const members = [...membersOf(file, name).keys()].filter((member) => !member.startsWith('['));

    expect(notIn(codeSpans(admission).join(' '), members)).toEqual([]);
  });

  it('names every state of a ticket and every reason to be busy', () => {
    const states = literalsOf('src/runs/ticket.ts', 'Ticket', 'state');
    const reasons = literalsOf('src/runs/admission.ts', 'Admission', 'reason');

    expect(codeSpans(admission)).toEqual(expect.arrayContaining([...states, ...reasons]));
  });

  it('shows recipes that are tested, word for word', () => {
    const recipes = codeBlocks(README, 'ts').filter((block) => block.includes('.admit('));
    const folder = `${RECIPES}/support`;
    const code = readdirSync(`${ROOT}${folder}`).map((name) => textOf(`${folder}/${name}`));
    const indented = recipes.map((block) => block.replaceAll(/^(?=.)/gm, '  '));

    expect(recipes).toHaveLength(2);
    expect(indented.filter((block) => !code.some((text) => text.includes(block)))).toEqual([]);
  });
});

describe('the tables of the README for those who come from elsewhere', () => {
  it('has a row for each of the four strategies, and a test for each row', () => {
    const rows = tableColumn(README, 'LangGraph').map((name) => name.replace(' (default)', ''));

    expect(rows).toEqual(['reject', 'enqueue', 'interrupt', 'rollback']);
    expect(provenBy(/^double-texting/)).toEqual(rows);
  });

  it('has a test for each row about lanes, and a row for each test', () => {
    const rows = tableColumn(README, 'with lanes');

    expect([...new Set(provenBy(/^lanes/))].sort()).toEqual(rows.sort());
  });
});
