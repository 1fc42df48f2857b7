import type { Problem } from './folder.js';
import type { Output } from './output.js';
import { counted, shown } from './wording.js';

const MOST = 20;

/** The first of them, each in one line. */
export function tellProblems(problems: readonly Problem[], { err }: Output): void {
  for (const { path, found } of problems.slice(0, MOST)) {
    err(`penholder: Could not look at ${shown(path)}: ${found}.\n`);
  }
  const more = problems.length - MOST;
  if (more > 0) err(`penholder: Could not look at ${counted(more, 'place')} more.\n`);
}
