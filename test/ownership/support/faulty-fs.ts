import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach } from 'vitest';
import { createGate, type Gate } from '../../support/gate.js';

export interface FaultyFs {
  /** From now on, or for the next `times` calls, a stat of this path fails. */
  failStat(path: string, code: string, times?: number): void;
  /** From now on resolving this path fails. */
  failRealpath(path: string, code: string): void;
  /** The next resolution of this path answers only when the gate is opened. */
  holdRealpath(path: string): Gate<void>;
  heal(): void;
}

function systemError(code: string, call: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected, ${call} '${path}'`), { code, syscall: call });
}

type Answer = (error: NodeJS.ErrnoException | null, path: string) => void;

/** A file system that fails, or takes its time, where a test says so. Everything else is real. */
export function useFaultyFs(): FaultyFs {
  const stats = new Map<string, { code: string; times: number }>();
  const realpaths = new Map<string, string>();
  const held = new Map<string, Gate<void>>();
  const real = { statSync: fs.statSync, realpath: fs.realpath.native };
  const realSync = fs.realpathSync.native;

  const checkStat = (path: string): void => {
    const fault = stats.get(path);
    if (fault === undefined || fault.times === 0) return;
    fault.times -= 1;
    throw systemError(fault.code, 'stat', path);
  };
  const checkRealpath = (path: string): void => {
    const code = realpaths.get(path);
    if (code !== undefined) throw systemError(code, 'realpath', path);
  };

  beforeEach(() => {
    const statSync = (path: fs.PathLike, ...rest: unknown[]): unknown => {
      checkStat(String(path));
      return (real.statSync as (...args: unknown[]) => unknown)(path, ...rest);
    };
    const realpath = (path: string, answer: Answer): void => {
      const gate = held.get(path);
      held.delete(path);
      const go = (): void => {
        try {
          checkRealpath(path);
        } catch (error) {
          answer(error as NodeJS.ErrnoException, '');
          return;
        }
        real.realpath(path, answer);
      };
      if (gate) void gate.opened.then(go);
      else go();
    };
    const realpathSync = (path: string): string => {
      checkRealpath(path);
      return realSync(path);
    };
    Object.assign(fs, { statSync });
    Object.assign(fs.realpath, { native: realpath });
    Object.assign(fs.realpathSync, { native: realpathSync });
    syncBuiltinESMExports();
  });
  afterEach(() => {
    for (const faults of [stats, realpaths, held]) faults.clear();
    Object.assign(fs, { statSync: real.statSync });
    Object.assign(fs.realpath, { native: real.realpath });
    Object.assign(fs.realpathSync, { native: realSync });
    syncBuiltinESMExports();
  });

  return {
    failStat: (path, code, times = Infinity) => void stats.set(path, { code, times }),
    failRealpath: (path, code) => void realpaths.set(path, code),
    holdRealpath(path) {
      const gate = createGate();
      held.set(path, gate);
      return gate;
    },
    heal() {
      stats.clear();
      realpaths.clear();
    },
  };
}
