import { ABORT } from './clauses/abort.js';
import { CLOSING } from './clauses/closing.js';
import { DEATH } from './clauses/death.js';
import { EXCLUSION } from './clauses/exclusion.js';
import { HOLDERS } from './clauses/holders.js';
import { LEFTOVERS } from './clauses/leftovers.js';
import { LOSS } from './clauses/loss.js';
import { RELEASE } from './clauses/release.js';
import { REMOVAL } from './clauses/removal.js';
import { TOKENS } from './clauses/tokens.js';
import { WAITING } from './clauses/waiting.js';
import type { Clause } from './contestants.js';

/** The contract of leases, sentence by sentence. */
export const CLAUSES: readonly Clause[] = [
  ...EXCLUSION,
  ...WAITING,
  ...ABORT,
  ...RELEASE,
  ...TOKENS,
  ...HOLDERS,
  ...LOSS,
  ...DEATH,
  ...CLOSING,
  ...LEFTOVERS,
  ...REMOVAL,
];
