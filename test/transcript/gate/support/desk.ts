import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { useTempDir } from '../../../support/temp-dir.js';
import { type Stage, useStage } from '../../../ownership/support/stage.js';

/** A stage whose files are real. */
export interface Desk extends Stage {
  /** The path of a file of this test; nothing is created. */
  file(name?: string): string;
  /** The same, with this content. */
  seed(content: string | Buffer, name?: string): string;
  /** The records of a file, in order; none where there is no file. */
  records(name?: string): unknown[];
}

/** Coordinators and real files for each test of a block; nothing of either may be left behind. */
export function useDesk(): Desk {
  const dir = useTempDir();
  const stage = useStage();
  const file = (name = 'chat.jsonl'): string => dir.join(name);
  return {
    ...stage,
    file,
    seed(content, name) {
      writeFileSync(file(name), content);
      return file(name);
    },
    records(name) {
      if (!existsSync(file(name))) return [];
      const lines = readFileSync(file(name), 'utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
    },
  };
}
