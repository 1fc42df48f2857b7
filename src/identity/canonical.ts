import { ask, type Asking, type Facts, type Host } from './questions.js';
import { refused, refusedKind, systemCodeOf } from './refusal.js';

/** As many links as Linux follows in one path; other systems follow fewer. */
const MAX_HOPS = 40;
/** What the common file systems allow for one name. */
const MAX_NAME_BYTES = 255;

/** Where a path leads. The same before and after the file is created. */
export interface Place {
  readonly realPath: string;
  /** The deepest directory above it that exists; `realPath` begins with it. */
  readonly directory: string;
  /** The device of the file, or of that directory where there is no file yet. */
  readonly device: number;
}

/** What was seen a moment ago is no longer so: to be asked again from the start. */
export class Changed extends Error {}

/**
 * Follows an absolute path as the kernel would, also where it ends in nothing: a missing file lies
 * below its deepest existing directory, a dangling link leads to where it points.
 *
 * @throws InvalidSessionFileError, `Changed`, or an ENOENT or EINVAL of the file system, which both
 * mean the same as `Changed`.
 */
export function* locate(path: string, host: Host): Asking<Place> {
  // Not in normal form on later turns: a `..` behind a link is the kernel's to resolve.
  let wanted = path;
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    const realPath = yield* ifThere(ask('realpath', wanted));
    if (realPath !== undefined) return yield* existing(path, realPath, host);
    const { directory, rest } = yield* deepestDirectory(path, wanted, host);
    const next = yield* follow(path, directory, rest, host);
    if (next === undefined) {
      if (hop > 0) yield* confirmNothing(path);
      return yield* missing(path, directory, rest, host);
    }
    wanted = next;
  }
  throw refused(path, 'loop', `it leads through more than ${MAX_HOPS} links`);
}

function* existing(path: string, realPath: string, host: Host): Asking<Place> {
  const facts = yield* ask('stat', realPath);
  if (facts.kind !== 'file') throw refusedKind(path, facts.kind === 'directory');
  return { realPath, directory: host.path.dirname(realPath), device: facts.dev };
}

function* missing(path: string, directory: string, rest: string[], host: Host): Asking<Place> {
  const facts = yield* ask('stat', directory);
  if (facts.kind !== 'directory') throw new Changed();
  const longest = rest.find((name) => Buffer.byteLength(name) > MAX_NAME_BYTES);
  if (longest !== undefined) {
    throw refused(path, 'too-long', `a name in it is longer than ${MAX_NAME_BYTES} bytes`);
  }
  // Through bytes and back, as the names will go that come back once the file is there.
  const realPath = Buffer.from(below(directory, rest, host)).toString();
  // `follow` has looked at the first name. Asked for the whole, the system checks its length too.
  if (rest.length > 1 && (yield* ifThere(ask('lstat', realPath)))) throw new Changed();
  return { realPath, directory, device: facts.dev };
}

/** Splits what does not exist behind the deepest directory that does. `rest` is never empty. */
function* deepestDirectory(
  path: string,
  wanted: string,
  host: Host,
): Asking<{ directory: string; rest: string[] }> {
  const { root } = host.path.parse(wanted);
  const names = namesOf(wanted.slice(root.length), host);
  for (let kept = names.length - 1; kept >= 0; kept -= 1) {
    const directory = yield* ifThere(ask('realpath', below(root, names.slice(0, kept), host)));
    if (directory !== undefined) return { directory, rest: names.slice(kept) };
  }
  throw refused(path, 'unreachable', `there is no ${root}`);
}

/** The path to look at instead, where the first missing name is a link; undefined where it is not. */
function* follow(
  path: string,
  directory: string,
  rest: string[],
  host: Host,
): Asking<string | undefined> {
  const [first = '', ...others] = rest;
  const entry = below(directory, [first], host);
  const facts = yield* ifThere(ask('lstat', entry));
  if (!facts) {
    // Behind a name that does not exist `..` can only be taken by its spelling.
    return rest.includes('..') ? host.path.resolve(directory, ...rest) : undefined;
  }
  if (facts.kind !== 'link') throw new Changed();
  const target = yield* ask('readlink', entry);
  if (target.includes('\uFFFD')) {
    throw refused(path, 'unreachable', `the link ${JSON.stringify(entry)} is not valid UTF-8`);
  }
  const { root } = host.path.parse(target);
  const start = host.path.resolve(directory, root);
  return below(start, [...namesOf(target.slice(root.length), host), ...others], host);
}

/**
 * A second opinion on a dangling link. Some links of /proc can be opened although their text leads
 * nowhere; `/dev/stdin` is one.
 */
function* confirmNothing(path: string): Asking<void> {
  const facts: Facts | undefined = yield* ifThere(ask('stat', path));
  if (!facts) return;
  if (facts.kind !== 'file') throw refusedKind(path, facts.kind === 'directory');
  throw new Changed();
}

/** undefined instead of ENOENT. */
export function* ifThere<T>(question: Asking<T>): Asking<T | undefined> {
  try {
    return yield* question;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function namesOf(text: string, host: Host): string[] {
  const separator = host.path.sep === '/' ? '/' : /[\\/]/;
  return text.split(separator).filter((name) => name !== '' && name !== '.');
}

/** Joined without taking `..` out, which `path.join` would. */
export function below(directory: string, names: readonly string[], host: Host): string {
  const { sep } = host.path;
  const text = names.join(sep);
  return directory.endsWith(sep) ? directory + text : directory + sep + text;
}
