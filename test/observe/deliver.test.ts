import { describe, expect, it, vi } from 'vitest';
import type { Logger, OwnershipEvent } from '../../src/index.js';
import { freshMarker, loopTurn, useSessions } from '../runs/support/sessions.js';

interface Line {
  readonly level: keyof Logger;
  readonly facts: Record<string, unknown>;
  readonly message: string;
}

/** A logger with state behind `this`, as most loggers have. */
class MemoryLogger implements Logger {
  readonly lines: Line[] = [];
  #add(level: keyof Logger, facts: object, message: string): void {
    this.lines.push({ level, facts: facts as Record<string, unknown>, message });
  }
  debug(facts: object, message: string): void {
    this.#add('debug', facts, message);
  }
  info(facts: object, message: string): void {
    this.#add('info', facts, message);
  }
  warn(facts: object, message: string): void {
    this.#add('warn', facts, message);
  }
  error(facts: object, message: string): void {
    this.#add('error', facts, message);
  }
}

describe('logger', () => {
  const sessions = useSessions();

  it('[V5] gets one line per event, with the event as its facts', async () => {
    const logger = new MemoryLogger();
    const coordinator = sessions.create({ logger });
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      ...['session requested', 'session granted', 'session ended'],
    ]);
    expect(logger.lines.map(({ facts }) => facts)).toEqual(coordinator.history());
  });

  it.each([
    ['timed-out', 'warn', { waitMs: 1 }],
    ['timed-out', 'debug', { waitMs: 0 }],
    ['refused', 'warn', { runId: 'owner' }],
    ['aborted', 'info', { signal: AbortSignal.abort() }],
  ] as const)('hears of a request that was %s at level %s', async (type, level, request) => {
    const logger = new MemoryLogger();
    const coordinator = sessions.create({ logger });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, runId: 'owner' });
    await coordinator.acquire({ sessionFile, ...request }).catch(() => undefined);
    expect(logger.lines.at(-1)).toMatchObject({ level, message: `session ${type}` });
    await owner.release();
  });

  it('that throws changes nothing', async () => {
    const fail = (): never => {
      throw new Error('log disk full');
    };
    const coordinator = sessions.create({
      logger: { debug: fail, info: fail, warn: fail, error: fail },
    });
    expect(await coordinator.run({ sessionFile: freshMarker() }, () => 'reply')).toBe('reply');
  });

  it('that rejects raises no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const fail = (): undefined => Promise.reject(new Error('log disk full')) as never;
    const coordinator = sessions.create({
      logger: { debug: fail, info: fail, warn: fail, error: fail },
    });
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    await loopTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('hears of a result that is dropped for want of a rescue', async () => {
    const logger = new MemoryLogger();
    const coordinator = sessions.create({ logger });
    const controller = new AbortController();
    const { signal } = controller;
    const run = coordinator.run({ sessionFile: freshMarker(), signal }, () => {
      controller.abort();
      return 'reply';
    });
    await expect(run).rejects.toMatchObject({ why: 'caller' });
    const dropped = logger.lines.at(-1);
    expect(dropped?.message).toBe('session result dropped: no rescue given');
    expect(dropped?.facts['eventId']).toBe(
      coordinator.history().find(({ type }) => type === 'signalled')?.eventId,
    );
  });
});

describe('onEvent', () => {
  const sessions = useSessions();

  it.each([
    {
      how: 'throws',
      fail: (error: Error): undefined => {
        throw error;
      },
    },
    { how: 'rejects', fail: (error: Error): undefined => Promise.reject(error) as never },
  ])('that $how is logged and changes nothing', async ({ fail }) => {
    // Given a listener that fails at every event
    const logger = new MemoryLogger();
    const error = new Error('listener bug');
    const told: OwnershipEvent[] = [];
    const coordinator = sessions.create({
      logger,
      onEvent: (event) => {
        told.push(event);
        return fail(error);
      },
    });
    // When a run takes place
    expect(await coordinator.run({ sessionFile: freshMarker() }, () => 'reply')).toBe('reply');
    await loopTurn();
    // Then it went its way, and each failure was logged with its event
    const complaints = logger.lines.filter(({ level }) => level === 'error');
    expect(complaints.map(({ facts }) => facts)).toEqual(
      told.map((event) => ({ err: error, event })),
    );
    expect(complaints[0]?.message).toBe('an onEvent listener failed');
    expect(told).toHaveLength(3);
  });

  it('that throws without a logger changes nothing', async () => {
    const coordinator = sessions.create({
      onEvent: () => {
        throw new Error('listener bug');
      },
    });
    expect(await coordinator.run({ sessionFile: freshMarker() }, () => 'reply')).toBe('reply');
  });

  it('is told of the requests of its own coordinator only', async () => {
    const [one, other] = [vi.fn(), vi.fn()];
    const mine = sessions.create({ isolated: false, onEvent: one });
    sessions.create({ isolated: false, onEvent: other });
    await mine.run({ sessionFile: freshMarker() }, () => undefined);
    expect(one).toHaveBeenCalledTimes(3);
    expect(other).not.toHaveBeenCalled();
  });
});
