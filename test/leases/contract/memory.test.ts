import { describeLeaseContract } from './lease-contract.js';
import { memoryContestants } from './support/memory-contestants.js';

describeLeaseContract('leases in memory', memoryContestants());
