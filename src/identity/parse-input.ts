import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { SessionFile } from '../types.js';
import { refused, refusedBySystem } from './refusal.js';

/** Schemes that pass through as keys, without I/O, unless a coordinator names others. */
export const DEFAULT_MARKERS: ReadonlySet<string> = new Set(['sqlite', 'memory', 'in-memory']);

/** What a caller gave: a marker, which is resolved already, or a path, made absolute. */
export type ParsedInput =
  | { readonly type: 'marker'; readonly file: SessionFile }
  | { readonly type: 'path'; readonly path: string };

const SPACE = 0x20;
const SLASH = 0x2f;
const COLON = 0x3a;

/** Absolute, in normal form and without NUL, so that nothing is left to do: the usual case. */
const NORMAL_POSIX_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/;

/**
 * Tells a marker from a path, without I/O. A path comes back absolute, as `path.resolve` makes it:
 * `..` is taken out by its spelling, before any link is followed.
 *
 * @throws InvalidSessionFileError with reason `empty`, `nul`, `marker` (a marker that names nothing,
 * or a URL that is neither a path of this host nor a marker) or `unreachable` (the current
 * directory is gone).
 * @throws TypeError on anything that is no string, URL or `SessionFile`.
 */
export function parseSessionFile(file: unknown, markers: ReadonlySet<string>): ParsedInput {
  if (typeof file === 'string') return parseString(file, markers);
  if (isUrl(file)) return parseUrl(file.href, markers);
  if (isSessionFile(file)) return parseString(file.path, markers);
  throw new TypeError(
    `Cannot resolve a session file from ${inspect(file, { depth: -1 })}: ` +
      'a path, a URL or a SessionFile is wanted',
  );
}

/** Whether a caller gave the result of an earlier resolution. */
export function isSessionFile(file: unknown): file is SessionFile {
  if (typeof file !== 'object' || file === null) return false;
  const { key, path, realPath } = file as Partial<Record<keyof SessionFile, unknown>>;
  return typeof key === 'string' && typeof path === 'string' && typeof realPath === 'string';
}

function parseString(text: string, markers: ReadonlySet<string>): ParsedInput {
  if (isNormalPosixPath(text)) return { type: 'path', path: text };
  if (text.includes('\0')) throw withNul(text);
  for (const scheme of markers) {
    if (isUnder(scheme, text)) return marker(text, scheme.length);
  }
  return parseRelativeOrUrl(text);
}

/** What is neither a marker nor in normal form already. */
function parseRelativeOrUrl(text: string): ParsedInput {
  if (isUnder('file', text.slice(0, 5).toLowerCase())) return parseFileUrl(text);
  if (text.trim() === '') throw refused(text, 'empty', 'it is empty, a path is wanted');
  return absolute(text);
}

/** The first character is looked at first: a marker need not be matched. */
function isNormalPosixPath(text: string): boolean {
  return sep === '/' && text.charCodeAt(0) === SLASH && NORMAL_POSIX_PATH.test(text);
}

function isUnder(scheme: string, text: string): boolean {
  // One letter is a Windows drive, never a scheme.
  return scheme.length > 1 && text.charCodeAt(scheme.length) === COLON && text.startsWith(scheme);
}

function parseUrl(href: string, markers: ReadonlySet<string>): ParsedInput {
  const scheme = href.slice(0, href.indexOf(':'));
  if (scheme === 'file') return parseFileUrl(href);
  if (markers.has(scheme)) return marker(href, scheme.length);
  const known = [...markers].map((name) => `${name}:`).join(', ') || 'none';
  throw refused(href, 'marker', `of URLs only file: and markers (${known}) are served`);
}

function parseFileUrl(href: string): ParsedInput {
  let path: string;
  try {
    path = fileURLToPath(new URL(href));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refused(href, 'marker', `it is no file URL of this host (${why})`, error);
  }
  if (path.includes('\0')) throw withNul(href);
  return absolute(path);
}

function marker(text: string, colon: number): ParsedInput {
  const isPlain = text.charCodeAt(colon + 1) > SPACE;
  if (!isPlain && text.slice(colon + 1).trim() === '') {
    throw refused(text, 'marker', `a name is wanted behind ${text.slice(0, colon + 1)}`);
  }
  return { type: 'marker', file: { key: text, path: text, realPath: text } };
}

function absolute(path: string): ParsedInput {
  try {
    return { type: 'path', path: resolve(path) };
  } catch (error) {
    // Only a relative path asks for the current directory, which may have been deleted.
    throw refusedBySystem(path, error);
  }
}

function withNul(text: string) {
  return refused(text, 'nul', 'it holds a NUL character, which no path may');
}

/** Structural, so that URLs of another realm pass too. */
function isUrl(file: unknown): file is URL {
  if (typeof file !== 'object' || file === null) return false;
  const { href, protocol } = file as Partial<Record<keyof URL, unknown>>;
  return typeof href === 'string' && typeof protocol === 'string';
}
