import * as fc from 'fast-check';
import { vi } from 'vitest';
import { ADMISSION_MODES, RUN_KINDS } from '../../../src/types.js';
import { createGate } from '../../support/gate.js';
import { someoneElse } from './someone-else.js';
import type { World } from './world.js';

/** One thing that happens, and how a counterexample calls it. */
export interface Step {
  readonly name: string;
  do(world: World): unknown;
}

/** Counterexamples show what happened, not how it is done. */
function named(step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => step.name });
}

const FILES = fc.constantFrom('a', 'b');
const KINDS = fc.constantFrom(...RUN_KINDS);
const WAITS = fc.constantFrom(0, 20, 5_000);
const INDEX = fc.nat(7);

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from.length === 0 ? undefined : from[index % from.length];
}

const request = fc
  .record({
    api: fc.constantFrom('run', 'acquire', 'write', ...ADMISSION_MODES),
    file: FILES,
    kind: KINDS,
    waitMs: WAITS,
  })
  .map(({ api, file, kind, waitMs }): Step =>
    named({
      name: `${api} ${file} ${kind} ${waitMs}`,
      do(world) {
        const { sessions } = world;
        const caller = new AbortController();
        world.callers.push(caller);
        const options = { kind, waitMs, signal: caller.signal };
        const sessionFile = world.file(file);
        if (api === 'run') {
          const task = createGate();
          const ended = sessions.run({ sessionFile, ...options }, (run) => {
            world.noteRun(run, () => task.open());
            return task.opened;
          });
          world.watch(ended);
        } else if (api === 'acquire') {
          world.watch(
            sessions.acquire({ sessionFile, ...options }).then((run) => world.noteRun(run)),
          );
        } else if (api === 'write') {
          const gate = createGate();
          world.guests.push(gate);
          const wrote = sessions.write(
            sessionFile,
            async (transcript) => {
              await gate.opened;
              await transcript.append({ guest: true });
            },
            options,
          );
          world.watch(wrote);
        } else {
          const admitted = sessions.admit({ sessionFile, mode: api, ...options });
          world.watch(
            admitted.then((admission) => {
              if ('ticket' in admission) world.tickets.push(admission.ticket);
            }),
          );
        }
      },
    }),
  );

const onRun = fc
  .record({
    what: fc.constantFrom('end', 'append', 'park', 'back', 'interrupt', 'rotate'),
    index: INDEX,
    waitMs: WAITS,
  })
  .map(({ what, index, waitMs }): Step =>
    named({
      name: `${what} run ${index} ${waitMs}`,
      do(world) {
        const held = pick(world.runs, index);
        if (held === undefined) return;
        const { run } = held;
        if (what === 'end') held.end();
        else if (what === 'append') world.append(held);
        else if (what === 'park') world.park(held, waitMs);
        else if (what === 'back') held.back?.open();
        else if (what === 'rotate') world.watch(run.transcript.rotate(world.file(`c${index % 2}`)));
        else world.watch(world.sessions.interrupt({ runId: run.runId }));
      },
    }),
  );

const onTicket = fc
  .record({ isClaim: fc.boolean(), index: INDEX })
  .map(({ isClaim, index }): Step =>
    named({
      name: `${isClaim ? 'claim' : 'cancel'} ticket ${index}`,
      do(world) {
        const ticket = pick(world.tickets, index);
        if (isClaim && ticket) world.watch(ticket.acquire().then((run) => world.noteRun(run)));
        else ticket?.cancel();
      },
    }),
  );

const onWish = fc
  .record({
    what: fc.constantFrom('grant', 'grant', 'grant', 'died', 'refuse', 'held', 'lost early'),
    index: INDEX,
  })
  .map(({ what, index }): Step =>
    named({
      name: `${what} wish ${index}`,
      do(world) {
        const wish = pick(world.provider.asked, index);
        if (what === 'refuse') wish?.refuse(new Error('refused'));
        else if (what === 'held') wish?.held();
        else if (what === 'lost early') wish?.grant().lose();
        else wish?.grant(what === 'died' ? someoneElse() : undefined);
      },
    }),
  );

const onLease = fc
  .record({
    what: fc.constantFrom('lose', 'vanish', 'want', 'question', 'answer'),
    index: INDEX,
  })
  .map(({ what, index }): Step =>
    named({
      name: `${what} lease ${index}`,
      do({ provider }) {
        const lease = pick(provider.held, index);
        if (lease === undefined) return;
        if (what === 'lose') lease.lose();
        else if (what === 'vanish') lease.vanish();
        else if (what === 'want') lease.isWantedElsewhere = true;
        else lease.question = what === 'question' ? new Error('cannot look') : undefined;
      },
    }),
  );

const others = fc
  .record({ what: fc.constantFrom('time', 'abort', 'guest', 'deaf', 'late grant'), index: INDEX })
  .map(({ what, index }): Step =>
    named({
      name: `${what} ${index}`,
      async do(world) {
        const { provider } = world;
        if (what === 'time') await vi.advanceTimersByTimeAsync(index * 10);
        else if (what === 'abort') pick(world.callers, index)?.abort();
        else if (what === 'guest') pick(world.guests, index)?.open();
        else if (what === 'deaf') provider.isDeafToAborts = true;
        else {
          const unheard = provider.wishes.filter(({ isUnheard }) => isUnheard);
          pick(unheard, index)?.grantLate();
        }
      },
    }),
  );

/** Schedules of all that may happen. */
export const STEPS: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: request },
    { weight: 5, arbitrary: onRun },
    { weight: 2, arbitrary: onTicket },
    { weight: 6, arbitrary: onWish },
    { weight: 3, arbitrary: onLease },
    { weight: 3, arbitrary: others },
  ),
  { maxLength: 40, size: 'max' },
);
