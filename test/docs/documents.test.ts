import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { literalsOf, unionOf } from './support/declarations.js';
import {
  ROOT,
  anchorsIn,
  codeBlocks,
  codeSpans,
  relativeLinks,
  section,
  tableColumn,
  textOf,
} from './support/markdown.js';

/** A document may name a file by the end of its path. */
const FOLDERS = [
  '',
  'src',
  ...readdirSync(path.join(ROOT, 'src'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name))),
];
const FILE_NAME =
  /^\.?[\w-]+(?:[./-][\w-]+)*\.(?:ts|json|md|mjs|cjs|run)$|^\.?[\w-]+(?:\/[\w.-]+)*\/(?:run)?$/;

function isThere(name: string): boolean {
  return FOLDERS.some((folder) => existsSync(path.join(ROOT, folder, name)));
}

function scripts(): string[] {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  return Object.keys(scripts);
}

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (name) => {
  const text = textOf(name);

  it('links to files that exist', () => {
    const files = relativeLinks(text).filter((link) => !link.startsWith('#'));

    expect(files.filter((link) => !existsSync(path.join(ROOT, link)))).toEqual([]);
  });

  it('links to headings that exist', () => {
    const inside = relativeLinks(text).filter((link) => link.startsWith('#'));
    const known = anchorsIn(text);

    expect(inside.filter((link) => !known.includes(link))).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const names = codeSpans(text).filter((span) => FILE_NAME.test(span));

    expect(names.filter((span) => !isThere(span))).toEqual([]);
  });

  it('names commands that exist', () => {
    const known = scripts();
    const shell = [...codeSpans(text), ...codeBlocks(text, 'sh')].join('\n');
    const named = Array.from(shell.matchAll(/npm run ([\w:]+)/g), ([, script = '']) => script);

    expect(named.filter((script) => !known.includes(script))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('draws a level for everything in src', () => {
    const [levels = ''] = codeBlocks(textOf('ARCHITECTURE.md'), '');
    const drawn = Array.from(levels.matchAll(/^([\w.-]+)\/? /gm), ([, name = '']) => name);

    expect(drawn.sort()).toEqual(readdirSync(path.join(ROOT, 'src')).sort());
  });

  it('draws the rooms of the owner table', () => {
    const [levels = ''] = codeBlocks(textOf('ARCHITECTURE.md'), '');
    const drawn = Array.from(levels.matchAll(/^ {2}([\w.-]+)\/ /gm), ([, name = '']) => name);
    const rooms = readdirSync(path.join(ROOT, 'src/ownership')).filter(
      (name) => !name.includes('.'),
    );

    expect(drawn.sort()).toEqual(rooms.sort());
  });

  it('draws every phase of a run', () => {
    const states = section(textOf('ARCHITECTURE.md'), '## States of a run');
    const phases = unionOf('src/types.ts', 'RunPhase');

    expect(phases.filter((phase) => !states.includes(phase))).toEqual([]);
  });

  it('shows every outcome of a request that asks for admission', () => {
    const admission = section(textOf('ARCHITECTURE.md'), '## Admission');
    const told = tableColumn(admission, 'it finds', 2).map((cell) => cell.replace('else ', ''));
    const outcomes = literalsOf('src/runs/admission.ts', 'Admission', 'outcome');
    const reasons = literalsOf('src/runs/admission.ts', 'Admission', 'reason');

    expect([...new Set(told)].sort()).toEqual([...outcomes, ...reasons].sort());
  });

  it('shows who may tell a run to stop, by every cause of a signal of a run', () => {
    const stopping = section(textOf('ARCHITECTURE.md'), '## Stopping');
    const causes = unionOf('src/types.ts', 'InterruptCause');

    expect([...new Set(tableColumn(stopping, 'who', 1))].sort()).toEqual(causes.sort());
  });

  it('has every invariant, in order', () => {
    const invariants = section(textOf('ARCHITECTURE.md'), '## Invariants');
    const numbers = Array.from(invariants.matchAll(/^(\d+)\. /gm), ([, number]) => Number(number));

    expect(numbers).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });
});
