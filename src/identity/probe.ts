import { below, ifThere } from './canonical.js';
import { ask, type Asking, type Host } from './questions.js';

/**
 * Finds out, by reading only, whether a volume folds case: a name on it is looked up in the other
 * case, and folds if the same entry answers. undefined where no name was good enough to tell.
 *
 * Names near the mount point go first: deeper ones may lie in a directory with rules of its own,
 * as some file systems allow, and would speak for the whole volume.
 */
export function* probeVolume(
  device: number,
  directory: string,
  host: Host,
): Asking<boolean | undefined> {
  const line = yield* directoriesOfVolume(device, directory, host);
  for (let at = line.length - 1; at > 0; at -= 1) {
    const [child = '', parent = ''] = line.slice(at - 1, at + 1);
    const answer = yield* compare(device, parent, host.path.basename(child), host);
    if (answer !== undefined) return answer;
  }
  for (const parent of line) {
    const names = (yield* ifReadable(ask('list', parent))) ?? [];
    for (const name of names) {
      const answer = yield* compare(device, parent, name, host);
      if (answer !== undefined) return answer;
    }
  }
  return undefined;
}

/** `directory` and those above it, up to the mount point; empty if it is not on that device. */
function* directoriesOfVolume(device: number, directory: string, host: Host): Asking<string[]> {
  const line: string[] = [];
  for (let at = directory; line.at(-1) !== at; at = host.path.dirname(at)) {
    const facts = yield* ifReadable(ask('stat', at));
    if (facts?.dev !== device) break;
    line.push(at);
  }
  return line;
}

function* compare(
  device: number,
  parent: string,
  name: string,
  host: Host,
): Asking<boolean | undefined> {
  const swapped = swapCase(name);
  if (swapped === name) return undefined;
  const entry = below(parent, [name], host);
  const before = yield* ifReadable(ask('lstat', entry));
  // Of a file with several links the other spelling may simply be another link.
  if (before?.dev !== device || (before.kind !== 'directory' && before.links > 1)) return undefined;
  try {
    const other = yield* ifThere(ask('lstat', below(parent, [swapped], host)));
    if (other) return other.dev === before.dev && other.ino === before.ino;
  } catch {
    return undefined;
  }
  // Nothing there under the other spelling says something only while the first one still stands.
  const after = yield* ifReadable(ask('lstat', entry));
  return after && after.dev === before.dev && after.ino === before.ino ? false : undefined;
}

/** Plain letters only: about others the tables of file systems differ. */
function swapCase(name: string): string {
  return name.replace(/[A-Za-z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** undefined instead of any failure: a probe that cannot look has no answer. */
function* ifReadable<T>(question: Asking<T>): Asking<T | undefined> {
  try {
    return yield* question;
  } catch {
    return undefined;
  }
}
