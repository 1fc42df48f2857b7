import { resolve } from 'node:path';
import { InvalidSessionFileError } from '../errors/setup-errors.js';
import { resolveSessionFile } from '../identity/session-file.js';
import { lockPlaceOf } from '../leases/lock-file/lock-place.js';
import type { SessionFile } from '../types.js';
import { CouldNotLook, UsageError } from './exit-codes.js';
import { whyNot } from './folder.js';
import { type LockReport, reportOn } from './lock-report.js';
import type { Output } from './output.js';
import { type Place, placeOf } from './place.js';
import { describeReport } from './report-text.js';
import { shown } from './wording.js';

/** Tells who has a session file. @throws CouldNotLook, UsageError */
export async function who(file: string, isJson: boolean, { out }: Output): Promise<void> {
  const session = await resolved(file);
  const report = look(session);
  const nowMs = Date.now();
  await out(
    isJson
      ? `${JSON.stringify({ format: 1, nowMs, ...report }, undefined, 2)}\n`
      : describeReport(report, session.path, nowMs),
  );
}

function look(session: SessionFile): LockReport {
  const lockPath = lockPlaceOf(session.realPath);
  let place: Place;
  let report: LockReport;
  try {
    place = placeOf(session.realPath, lockPath);
    report = reportOn(place);
  } catch (error) {
    throw new CouldNotLook(`Cannot look at the lock ${shown(lockPath)}: ${whyNot(error)}.`, {
      cause: error,
    });
  }
  if (report.fileBytes === null && place.lock === undefined) {
    throw new CouldNotLook(`There is no ${shown(session.path)}, and no lock of it.`);
  }
  return report;
}

async function resolved(file: string): Promise<SessionFile> {
  let session: SessionFile;
  try {
    session = await resolveSessionFile(file);
  } catch (error) {
    if (!(error instanceof InvalidSessionFileError)) throw error;
    throw refused(file, error);
  }
  if (session.path === file && session.realPath === file && resolve(file) !== file) {
    throw new UsageError(
      `${shown(file)} is no file but a name in memory; for a file of that name: ./${shown(file)}`,
    );
  }
  return session;
}

function refused(file: string, error: InvalidSessionFileError): CouldNotLook {
  const { reason, message } = error;
  if (reason !== 'directory') return new CouldNotLook(`${message}.`, { cause: error });
  const path = resolve(file);
  const hint = path.endsWith('.lock')
    ? `it is a lock; penholder who ${shown(path.slice(0, -'.lock'.length))} tells who has it`
    : `it is a folder; penholder ls ${shown(file)} lists what is in it`;
  return new CouldNotLook(`Cannot tell who has ${shown(file)}: ${hint}.`, { cause: error });
}
