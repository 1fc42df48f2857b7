import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { giveBackDead, removeLock, removeMark } from '../../src/leases/lock-file/clear.js';
import { ownIdentity } from '../../src/leases/lock-file/identity.js';
import { Ledger } from '../../src/leases/lock-file/ledger.js';
import { lockDisk } from '../../src/leases/lock-file/lock-disk.js';
import { lookAt } from '../../src/leases/lock-file/look.js';
import { useTempDir } from '../support/temp-dir.js';
import {
  acquire,
  DEAD,
  ELSEWHERE,
  markName,
  put,
  putOld,
  record,
  session,
} from './support/locks.js';

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: played`), { code });
  };
}

describe('what clears a lock', () => {
  const dir = useTempDir();
  const isGone = (): boolean => !existsSync(file);
  let file: string;
  let ledger: Ledger;

  beforeEach(() => {
    file = dir.join('a.jsonl');
    ledger = new Ledger(`${file}.lock`);
  });

  describe('giveBackDead()', () => {
    it.each([
      { of: 'nobody', name: '7.free', text: record(DEAD) },
      { of: 'a living holder', name: '7', text: record({ instanceId: 'x' }) },
      { of: 'a holder elsewhere', name: '7', text: record(ELSEWHERE) },
      { of: 'a holder whose record is damaged', name: '7', text: '{' },
    ])('does nothing to $of', ({ name, text }) => {
      put(file, name, text);

      expect(giveBackDead(ledger)).toBe('passed');
      expect(readdirSync(ledger.folder)).toEqual([name]);
    });

    it('[X5] leaves the name of the dead where it cannot note the death', async () => {
      put(file, '7', record(DEAD, { runId: 'r-dead' }));
      vi.spyOn(lockDisk, 'rename').mockImplementationOnce(failing('ENOSPC'));

      expect(() => giveBackDead(ledger)).toThrow('ENOSPC');

      // Of this thread, which does not hold it: dead, as once this process is over.
      const look = lookAt(ledger);
      expect(look).toMatchObject({ judgement: { liveness: 'dead' }, holder: { runId: 'r-dead' } });
      const lease = await acquire(file);
      expect(lease.died?.runId).toBe('r-dead');
      await lease.release();
    });

    it('leaves nothing half-made that another doctor takes for that of the dead', () => {
      put(file, '7', record(DEAD));
      const { rename } = lockDisk;
      const others: unknown[] = [];
      vi.spyOn(lockDisk, 'rename').mockImplementation((from, to) => {
        // Another thread sees this one alive.
        const text = lockDisk.read(from).replace(ownIdentity().instanceId, 'of this doctor');
        writeFileSync(`${ledger.folder}/${markName('new')}`, text);
        others.push(removeMark(ledger, markName('new')));
        rename(from, to);
      });

      giveBackDead(ledger);

      expect(others).toEqual(['passed', 'passed']);
    });

    it('[L4] does nothing to whoever followed the dead one meanwhile', () => {
      putOld(file, '7', record(DEAD));
      const { list } = lockDisk;
      vi.spyOn(lockDisk, 'list').mockImplementationOnce((folder) => {
        const names = list(folder);
        put(file, '8', record({ instanceId: 'x' }));
        return names;
      });

      expect(giveBackDead(ledger)).toBe('passed');
      expect(ledger.isHeld(8n)).toBe(true);
    });
  });

  describe('removeLock()', () => {
    it('[L2] removes what nobody has, and the whole of it', () => {
      put(file, '7.free', record(DEAD));
      put(file, markName('wait'), record(DEAD));

      expect(removeLock(ledger, isGone)).toBe('done');
      expect(readdirSync(dir.path)).toEqual([]);
    });

    it.each([
      { of: 'somebody has it', name: '7', text: record({ instanceId: 'x' }) },
      { of: 'somebody waits', name: markName('wait'), text: record({ instanceId: 'x' }) },
      { of: 'somebody unknown waits', name: markName('wait'), text: '{' },
      { of: 'there is more', name: 'notes.txt', text: '' },
    ])('changes nothing where $of', ({ name, text }) => {
      put(file, '6.free', record(DEAD));
      put(file, name, text);

      expect(removeLock(ledger, isGone)).toBe('passed');
      expect(readdirSync(ledger.folder).sort()).toEqual(['6.free', name].sort());
    });

    it('gives the lock back where the session file came meanwhile, and tells of a death still', async () => {
      put(file, '7.free', record(DEAD));
      put(file, '7.died', record(DEAD, { runId: 'r-dead' }));
      session(file);

      expect(removeLock(ledger, isGone)).toBe('passed');

      const lease = await acquire(file);
      expect(lease.died?.runId).toBe('r-dead');
      await lease.release();
    });

    it('gives the lock back where somebody came to wait meanwhile', () => {
      put(file, '7.free', record(DEAD));
      const { link } = lockDisk;
      vi.spyOn(lockDisk, 'link').mockImplementationOnce((from, to) => {
        link(from, to);
        put(file, markName('wait'), record({ instanceId: 'x' }));
      });

      expect(removeLock(ledger, isGone)).toBe('passed');
      expect(lookAt(ledger).state).toBe('free');
      expect(existsSync(`${ledger.folder}/${markName('wait')}`)).toBe(true);
    });

    it('gives the lock back where it cannot be moved away', () => {
      put(file, '7.free', record(DEAD));
      vi.spyOn(lockDisk, 'rename').mockImplementationOnce(failing('EACCES'));

      expect(() => removeLock(ledger, isGone)).toThrow('EACCES');
      expect(lookAt(ledger).state).toBe('free');
    });

    it('[L4] puts the lock back where somebody has taken this process for dead', () => {
      putOld(file, '7.free', record(DEAD));
      const { rename } = lockDisk;
      vi.spyOn(lockDisk, 'rename').mockImplementationOnce((from, to) => {
        put(file, '9', record({ instanceId: 'x' }));
        rename(from, to);
      });

      expect(removeLock(ledger, isGone)).toBe('passed');
      expect(ledger.isHeld(9n)).toBe(true);
    });

    it('[L4] loses to whoever claims it at the same time', () => {
      putOld(file, '7.free', record(DEAD));
      const { link } = lockDisk;
      vi.spyOn(lockDisk, 'link').mockImplementationOnce((from, to) => {
        put(file, '8', record({ instanceId: 'x' }));
        link(from, to);
      });

      expect(removeLock(ledger, isGone)).toBe('passed');
      expect(ledger.isHeld(8n)).toBe(true);
    });

    it('leaves no folder that it made anew behind one that was faster', () => {
      // Given: another doctor removes the lock when this one is about to claim it
      put(file, '7.free', record(DEAD));
      const { link } = lockDisk;
      vi.spyOn(lockDisk, 'link').mockImplementationOnce((from, to) => {
        const text = readFileSync(from);
        rmSync(ledger.folder, { recursive: true });
        mkdirSync(ledger.folder);
        writeFileSync(from, text);
        link(from, to);
      });

      // When
      removeLock(ledger, isGone);

      // Then
      expect(existsSync(ledger.folder)).toBe(false);
    });

    it('removes also what comes into the folder while it is removed', () => {
      put(file, '7.free', record(DEAD));
      vi.spyOn(lockDisk, 'remove').mockImplementationOnce(failing('ENOTEMPTY'));

      expect(removeLock(ledger, isGone)).toBe('done');
      expect(readdirSync(dir.path)).toEqual([]);
    });

    it('excludes others while it is at work', () => {
      putOld(file, '7.free', record(DEAD));
      const { rename } = lockDisk;
      const seen: unknown[] = [];
      vi.spyOn(lockDisk, 'rename').mockImplementationOnce((from, to) => {
        seen.push(ledger.isHeld(8n));
        rename(from, to);
      });

      removeLock(ledger, isGone);

      expect(seen).toEqual([true]);
    });

    it('[X3] leaves a place at which the next run has the file at once', async () => {
      put(file, '7', record(DEAD));
      removeLock(ledger, isGone);

      const lease = await acquire(file);

      expect(lease.isHeld()).toBe(true);
      expect(lease.fencingToken).toBeGreaterThan(8n);
      await lease.release();
    });
  });

  describe('removeMark()', () => {
    it.each([
      { of: 'living', text: record({ instanceId: 'x' }) },
      { of: 'elsewhere', text: record(ELSEWHERE) },
      { of: 'unreadable', text: '{' },
    ])('keeps a mark of somebody $of', ({ text }) => {
      const path = put(file, markName('wait'), text);

      expect(removeMark(ledger, markName('wait'))).toBe('passed');
      expect(existsSync(path)).toBe(true);
    });

    it('is content with a mark that somebody else removed', () => {
      put(file, markName('wait'), record(DEAD));
      vi.spyOn(lockDisk, 'unlink').mockImplementationOnce(failing('ENOENT'));

      expect(removeMark(ledger, markName('wait'))).toBe('passed');
    });

    it('says where a mark cannot be removed', () => {
      put(file, markName('wait'), record(DEAD));
      vi.spyOn(lockDisk, 'unlink').mockImplementationOnce(failing('EPERM'));

      expect(() => removeMark(ledger, markName('wait'))).toThrow('EPERM');
    });
  });
});
