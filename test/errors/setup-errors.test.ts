import { SETUP_ERRORS } from './rows/setup-errors.js';
import { describeErrors } from './support/describe-errors.js';

describeErrors(SETUP_ERRORS);
