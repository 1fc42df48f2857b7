import type { Place } from './canonical.js';
import { probeVolume } from './probe.js';
import { ask, type Asking, type Host } from './questions.js';

/**
 * The key of a place: its real path, with every name folded that lies in a directory of a volume
 * that folds case, whether it exists or not. On other volumes nothing is changed, not even the
 * Unicode form. Only paths that end on a folding volume are looked at any closer.
 */
export function* keyOf(place: Place, host: Host): Asking<string> {
  if (!(yield* folds(place.device, place.directory, host))) return place.realPath;
  let key = '';
  let child = place.realPath;
  // From the leaf to the root, and with the first step also over all that does not exist.
  for (let directory = place.directory; directory !== child;) {
    const name = child.slice(directory.length);
    const { dev } = yield* ask('stat', directory);
    key = ((yield* folds(dev, directory, host)) ? foldName(name) : name) + key;
    child = directory;
    directory = host.path.dirname(directory);
  }
  // What is left is the root: `/`, or a drive or share, whose name folds wherever there is one.
  return foldName(child) + key;
}

/** Whether the volume of a device folds case; `directory` is where to begin to find out. */
function* folds(device: number, directory: string, host: Host): Asking<boolean> {
  const known = host.volumes.get(device);
  if (known !== undefined) return known;
  const answer = yield* probeVolume(device, directory, host);
  if (answer === undefined) return host.foldsByHabit;
  host.volumes.set(device, answer);
  return answer;
}

/**
 * One text for all that a folding volume takes for the same name: simple case folding per code
 * point, so that names never change their length in letters (`ß` is not `ss`), then NFC.
 */
export function foldName(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) return name.toLowerCase();
  let folded = '';
  for (const letter of name.normalize('NFC')) folded += foldLetter(letter);
  return folded.normalize('NFC');
}

function foldLetter(letter: string): string {
  // Its capital is the capital of `i`, but it is no spelling of it (Unicode, CaseFolding.txt).
  if (letter === 'ı') return letter;
  const capital = ifSingle(letter.toUpperCase(), letter);
  return ifSingle(capital.toLowerCase(), capital);
}

function ifSingle(mapped: string, instead: string): string {
  return Array.from(mapped).length === 1 ? mapped : instead;
}
