/** The claims that this thread holds, whichever provider made them: a claim of its own that is not here is an orphan. */
const held: Set<string> = new Set();
let onExit: (() => void) | undefined;
const exits: Map<string, () => void> = new Map();

function nameOf(folder: string, number: bigint): string {
  return `${number} ${folder}`;
}

export function isHeldHere(folder: string, number: bigint): boolean {
  return held.has(nameOf(folder, number));
}

/**
 * Notes a claim as held, and gives it back when the process ends by itself. There is one hook for
 * all, while there is one; nothing depends on it, since the claim of a dead process counts for
 * nothing.
 *
 * @param giveBack at once
 */
export function noteHeld(folder: string, number: bigint, giveBack: () => void): void {
  const name = nameOf(folder, number);
  held.add(name);
  exits.set(name, giveBack);
  if (onExit) return;
  onExit = () => {
    for (const end of exits.values()) {
      try {
        end();
      } catch {
        // The process is gone in a moment, which proves as much.
      }
    }
  };
  process.once('exit', onExit);
}

export function noteGone(folder: string, number: bigint): void {
  const name = nameOf(folder, number);
  held.delete(name);
  exits.delete(name);
  if (exits.size > 0 || onExit === undefined) return;
  process.removeListener('exit', onExit);
  onExit = undefined;
}
