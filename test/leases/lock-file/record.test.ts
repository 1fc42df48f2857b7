import { describe, expect, it } from 'vitest';
import { encodeRecord, parseRecord } from '../../../src/leases/lock-file/record.js';
import { holderOf } from './support/records.js';

const whole = JSON.parse(encodeRecord(holderOf('A'))) as Record<string, object>;

describe('what a lock file says', () => {
  it('[P9] is read as it was written', () => {
    expect(parseRecord(encodeRecord(holderOf('A')))?.holder).toEqual(holderOf('A'));
  });

  it('[P9] is one line that ends', () => {
    expect(encodeRecord(holderOf('A'))).toMatch(/^\{[^\n]*\}\n$/);
  });

  it('[P9] is understood with fields that a newer version added', () => {
    const holder = { ...whole['holder'], mood: 'good' };

    expect(parseRecord(JSON.stringify({ ...whole, holder, more: 1 }))?.holder.runId).toBe('A');
  });

  it.each([
    ['of a newer version', { ...whole, version: 2 }],
    ['of an older version', { ...whole, version: 0 }],
    ['of a version that is a word', { ...whole, version: '1' }],
    ['of no version', { ...whole, version: undefined }],
    ['without a holder', { ...whole, holder: undefined }],
    ['without a process', { ...whole, process: undefined }],
    ['of a process that is a word', { ...whole, process: 'me' }],
    ['without an instance', { ...whole, process: { ...whole['process'], instanceId: undefined } }],
    ['without a host', { ...whole, process: { ...whole['process'], host: 5 } }],
    ['of process 0, which is everybody', { ...whole, process: { ...whole['process'], pid: 0 } }],
    ['of process -1', { ...whole, process: { ...whole['process'], pid: -1 } }],
    ['of half a process', { ...whole, process: { ...whole['process'], pid: 1.5 } }],
    ['of a run without id', { ...whole, holder: { ...whole['holder'], runId: 7 } }],
    ['of no time', { ...whole, holder: { ...whole['holder'], acquiredAtMs: null } }],
    ['that is a list', []],
    ['that is nothing', null],
    ['that is a number', 12],
  ])('[P9] is of somebody unknown: a record %s', (_what, value) => {
    expect(parseRecord(JSON.stringify(value))).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['half written', encodeRecord(holderOf('A')).slice(0, 40)],
    ['zeros', '\0'.repeat(100)],
    ['a word', 'locked'],
    ['two records', encodeRecord(holderOf('A')).repeat(2)],
  ])('[L6] is of somebody unknown where it is %s', (_what, text) => {
    expect(parseRecord(text)).toBeUndefined();
  });
});
