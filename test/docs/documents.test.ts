import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, codeBlocks, codeSpans, relativeLinks, textOf } from './support/markdown.js';

const FOLDERS = ['', 'src', 'src/ownership'];
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
    expect(relativeLinks(text).filter((link) => !existsSync(path.join(ROOT, link)))).toEqual([]);
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
    const drawn = Array.from(levels.matchAll(/^([\w.]+)\/? /gm), ([, name = '']) => name);

    expect(drawn.sort()).toEqual(readdirSync(path.join(ROOT, 'src')).sort());
  });
});
