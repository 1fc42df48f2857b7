import { LEASE_ERRORS } from './rows/lease-errors.js';
import { describeErrors } from './support/describe-errors.js';

describeErrors(LEASE_ERRORS);
