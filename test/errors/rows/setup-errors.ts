import { ConfigurationError, InvalidSessionFileError } from '../../../src/index.js';
import type { Row } from '../support/row.js';

export const SETUP_ERRORS: readonly Row[] = [
  {
    type: 'InvalidSessionFileError',
    code: 'ERR_SESSION_FILE_INVALID',
    retry: 'never',
    begins: /^Cannot use "\/srv\/state\/s\.jsonl" as a session file: it is a directory$/,
    fields: { reason: 'directory', systemCode: 'EISDIR' },
    make: (facts) =>
      new InvalidSessionFileError({
        ...facts,
        reason: 'directory',
        detail: 'it is a directory',
        systemCode: 'EISDIR',
      }),
  },
  {
    type: 'ConfigurationError',
    code: 'ERR_SESSION_CONFIG',
    retry: 'never',
    begins: /^Cannot create a coordinator: the parts do not fit$/,
    fields: { sessionFile: '' },
    hasFile: false,
    make: () => new ConfigurationError('the parts do not fit'),
  },
];
